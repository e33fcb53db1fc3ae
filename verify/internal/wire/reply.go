package wire

import (
	"math"
	"strconv"
)

// Reply reads one reply from front to back, whichever protocol it is in:
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
type Reply struct {
	B   []byte
	Cut bool // bytes are missing at the end
}

// Bulk is a byte string of a reply.
type Bulk struct {
	B    []byte // what was kept of it; borrowed until the next round trip
	Size int64  // its length; -1 is null
}

// Null reports whether the reply is not a byte string.
func (b Bulk) Null() bool { return b.Size < 0 }

// Whole reports whether all bytes were kept.
func (b Bulk) Whole() bool { return int64(len(b.B)) == b.Size }

// Undecided reports whether too little was kept to compare the value with want.
func (b Bulk) Undecided(want string) bool {
	return b.Size == int64(len(want)) && !b.Whole()
}

// Equal reports whether the value is want.
func (b Bulk) Equal(want string) bool {
	return b.Size == int64(len(want)) && string(b.B) == want
}

// line reads a header line and returns its first byte and the rest.
func (p *Reply) line() (kind byte, text []byte, ok bool) {
	for i := 1; i+1 < len(p.B); i++ {
		if p.B[i] == '\r' && p.B[i+1] == '\n' {
			kind, text = p.B[0], p.B[1:i]
			p.B = p.B[i+2:]
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

// Array reads the header of an array, which is not null, and returns its length.
func (p *Reply) Array() (n int64, ok bool) {
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

// Integer reads an integer; a boolean is 1 or 0.
func (p *Reply) Integer() (n int64, ok bool) {
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

// Number reads an integer, or the null that stands for none.
func (p *Reply) Number() (n int64, some, ok bool) {
	if len(p.B) > 0 && (p.B[0] == '$' || p.B[0] == '_') {
		v, ok := p.Bulk()
		return 0, false, ok && v.Null()
	}
	n, ok = p.Integer()
	return n, ok, ok
}

// Unsigned reads an integer of up to 64 bits without a sign, or a byte string that stands
// for one.
func (p *Reply) Unsigned() (n uint64, ok bool) {
	kind, text, ok := p.line()
	if !ok {
		return 0, false
	}
	switch kind {
	case ':', '(':
	case '$':
		v, ok := p.payload(text)
		if text = v.B; !ok || v.Null() || !v.Whole() {
			return 0, false
		}
	default:
		return 0, false
	}
	n, err := strconv.ParseUint(string(text), 10, 64)
	return n, err == nil
}

// Score reads a double, or the byte string that stands for one in RESP2.
func (p *Reply) Score() (v Bulk, ok bool) {
	if len(p.B) == 0 || p.B[0] != ',' {
		return p.Bulk()
	}
	_, text, ok := p.line()
	return Bulk{B: text, Size: int64(len(text))}, ok
}

// verbatimFormat is what a verbatim string begins with: three letters, a colon.
const verbatimFormat = len("txt:")

// Bulk reads a byte string. One whose header was kept is read even when its
// bytes were cut.
func (p *Reply) Bulk() (v Bulk, ok bool) {
	kind, text, ok := p.line()
	if !ok {
		return Bulk{}, false
	}
	switch kind {
	case '$':
		return p.payload(text)
	case '+':
		return Bulk{B: text, Size: int64(len(text))}, true
	case '_':
		return Bulk{Size: -1}, true
	case '=':
		v, ok = p.payload(text)
		if !ok || v.Size < int64(verbatimFormat) {
			return Bulk{}, false
		}
		return Bulk{B: v.B[min(verbatimFormat, len(v.B)):], Size: v.Size - int64(verbatimFormat)}, true
	}
	return Bulk{}, false
}

// payload reads the bytes that follow a header with their number, -1 for null.
func (p *Reply) payload(length []byte) (v Bulk, ok bool) {
	n, ok := parseInt(length)
	if !ok || n < -1 {
		return Bulk{}, false
	}
	if n == -1 {
		return Bulk{Size: -1}, true
	}
	if int64(len(p.B))-2 < n {
		kept := p.B[:min(int64(len(p.B)), n)]
		p.B = nil
		return Bulk{B: kept, Size: n}, true
	}
	v = Bulk{B: p.B[:n], Size: n}
	p.B = p.B[n+2:]
	return v, true
}

// Skip reads a value of any shape and drops it.
func (p *Reply) Skip() bool {
	kind, text, ok := p.line()
	if !ok {
		return false
	}
	switch kind {
	case '*', '~', '%':
		n, ok := parseInt(text)
		for ; ok && n > 0; n-- {
			ok = p.Skip() && (kind != '%' || p.Skip())
		}
		return ok
	case '$', '=', '!':
		v, ok := p.payload(text)
		return ok && (v.Null() || v.Whole())
	case ':', '+', '-', '_', ',', '#', '(':
		return true
	}
	return false
}

const pushInPlace = "a push message in place of the reply"

// Failure returns the text of an error reply, and of what came in its place and
// is no reply at all.
func (p Reply) Failure() (text string, failed bool) {
	if len(p.B) == 0 || p.B[0] != '-' && p.B[0] != '!' && p.B[0] != '>' {
		return "", false
	}
	kind, line, ok := p.line()
	switch {
	case kind == '>':
		return pushInPlace, true
	case kind == '!' && ok:
		v, _ := p.payload(line)
		return string(v.B), true
	case !ok:
		return "error reply", true
	}
	return string(line), true
}

// Time reads the reply to TIME as Unix milliseconds.
func (p *Reply) Time() (ms int64, ok bool) {
	if n, ok := p.Array(); !ok || n != 2 {
		return 0, false
	}
	seconds, ok1 := p.Bulk()
	micros, ok2 := p.Bulk()
	if !ok1 || !ok2 {
		return 0, false
	}
	s, ok1 := parseInt(seconds.B)
	us, ok2 := parseInt(micros.B)
	return s*1000 + us/1000, ok1 && ok2
}
