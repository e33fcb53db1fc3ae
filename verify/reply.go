package verify

import (
	"math"
	"strconv"
)

// reply reads one reply from front to back, whichever protocol it is in:
//
//	              RESP2    RESP3 as well
//	array         *2       set ~2, map %1 as an array of twice its length
//	byte string   $3 +OK   verbatim =7, without the format it begins with
//	null          $-1      _
//	integer       :1       boolean #t, big number (1
//	score         $3       double ,0.5
//	failure       -ERR     !3, and a push >2, which is no reply
//
// Every method reports false when the reply is not of that shape, or when it
// was cut before that point.
type reply struct {
	b   []byte
	cut bool // bytes are missing at the end
}

// bulk is a byte string of a reply.
type bulk struct {
	b    []byte // what was kept of it; borrowed until the next round trip
	size int64  // its length; -1 is null
}

func (b bulk) null() bool { return b.size < 0 }

// whole reports whether all bytes were kept.
func (b bulk) whole() bool { return int64(len(b.b)) == b.size }

// undecided reports whether too little was kept to compare the value with want.
func (b bulk) undecided(want string) bool {
	return b.size == int64(len(want)) && !b.whole()
}

// equal reports whether the value is want.
func (b bulk) equal(want string) bool {
	return b.size == int64(len(want)) && string(b.b) == want
}

// line reads a header line and returns its first byte and the rest.
func (p *reply) line() (kind byte, text []byte, ok bool) {
	for i := 1; i+1 < len(p.b); i++ {
		if p.b[i] == '\r' && p.b[i+1] == '\n' {
			kind, text = p.b[0], p.b[1:i]
			p.b = p.b[i+2:]
			return kind, text, true
		}
	}
	return 0, nil, false
}

func parseInt(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 20 {
		return 0, false
	}
	if len(text) < 18 && text[0] >= '0' && text[0] <= '9' {
		for _, c := range text {
			if c < '0' || c > '9' {
				return 0, false
			}
			n = n*10 + int64(c-'0')
		}
		return n, true
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil
}

// array reads the header of an array, which is not null, and returns its length.
func (p *reply) array() (n int64, ok bool) {
	kind, text, ok := p.line()
	if !ok {
		return 0, false
	}
	n, ok = parseInt(text)
	switch kind {
	case '*', '~':
		return n, ok && n >= 0
	case '%':
		return 2 * n, ok && n >= 0 && n <= math.MaxInt64/2
	}
	return 0, false
}

// integer reads an integer; a boolean is 1 or 0.
func (p *reply) integer() (n int64, ok bool) {
	kind, text, ok := p.line()
	if !ok {
		return 0, false
	}
	switch kind {
	case ':', '(':
		return parseInt(text)
	case '#':
		switch string(text) {
		case "t":
			return 1, true
		case "f":
			return 0, true
		}
	}
	return 0, false
}

// score reads a double, or the byte string that stands for one in RESP2.
func (p *reply) score() (v bulk, ok bool) {
	if len(p.b) == 0 || p.b[0] != ',' {
		return p.bulk()
	}
	_, text, ok := p.line()
	return bulk{b: text, size: int64(len(text))}, ok
}

// verbatimFormat is what a verbatim string begins with: three letters, a colon.
const verbatimFormat = len("txt:")

// bulk reads a byte string. One whose header was kept is read even when its
// bytes were cut.
func (p *reply) bulk() (v bulk, ok bool) {
	kind, text, ok := p.line()
	if !ok {
		return bulk{}, false
	}
	switch kind {
	case '$':
		return p.payload(text)
	case '+':
		return bulk{b: text, size: int64(len(text))}, true
	case '_':
		return bulk{size: -1}, true
	case '=':
		v, ok = p.payload(text)
		if !ok || v.size < int64(verbatimFormat) {
			return bulk{}, false
		}
		return bulk{b: v.b[min(verbatimFormat, len(v.b)):], size: v.size - int64(verbatimFormat)}, true
	}
	return bulk{}, false
}

// payload reads the bytes that follow a header with their number, -1 for null.
func (p *reply) payload(length []byte) (v bulk, ok bool) {
	n, ok := parseInt(length)
	if !ok || n < -1 {
		return bulk{}, false
	}
	if n == -1 {
		return bulk{size: -1}, true
	}
	if int64(len(p.b))-2 < n {
		kept := p.b[:min(int64(len(p.b)), n)]
		p.b = nil
		return bulk{b: kept, size: n}, true
	}
	v = bulk{b: p.b[:n], size: n}
	p.b = p.b[n+2:]
	return v, true
}

// skip reads a value of any shape and drops it.
func (p *reply) skip() bool {
	kind, text, ok := p.line()
	if !ok {
		return false
	}
	switch kind {
	case '*', '~', '%':
		n, ok := parseInt(text)
		for ; ok && n > 0; n-- {
			ok = p.skip() && (kind != '%' || p.skip())
		}
		return ok
	case '$', '=', '!':
		v, ok := p.payload(text)
		return ok && (v.null() || v.whole())
	case ':', '+', '-', '_', ',', '#', '(':
		return true
	}
	return false
}

const pushInPlace = "a push message in place of the reply"

// failure returns the text of an error reply, and of what came in its place and
// is no reply at all.
func (p reply) failure() (text string, failed bool) {
	if len(p.b) == 0 || p.b[0] != '-' && p.b[0] != '!' && p.b[0] != '>' {
		return "", false
	}
	kind, line, ok := p.line()
	switch {
	case kind == '>':
		return pushInPlace, true
	case kind == '!' && ok:
		v, _ := p.payload(line)
		return string(v.b), true
	case !ok:
		return "error reply", true
	}
	return string(line), true
}
