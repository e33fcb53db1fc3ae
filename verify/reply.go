package verify

import "strconv"

// reply reads one RESP2 reply from front to back. Every method reports false
// when the reply is not of that shape, or when it was cut before that point.
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
	if !ok || kind != '*' {
		return 0, false
	}
	n, ok = parseInt(text)
	return n, ok && n >= 0
}

// integer reads an integer.
func (p *reply) integer() (n int64, ok bool) {
	kind, text, ok := p.line()
	if !ok || kind != ':' {
		return 0, false
	}
	return parseInt(text)
}

// bulk reads a byte string. One whose header was kept is read even when its
// bytes were cut.
func (p *reply) bulk() (v bulk, ok bool) {
	kind, text, ok := p.line()
	if !ok {
		return bulk{}, false
	}
	if kind == '+' {
		return bulk{b: text, size: int64(len(text))}, true
	}
	if kind != '$' {
		return bulk{}, false
	}
	n, ok := parseInt(text)
	if !ok || n < -1 {
		return bulk{}, false
	}
	if n == -1 {
		return bulk{size: -1}, true
	}
	if int64(len(p.b)) < n+2 {
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
	if len(p.b) == 0 {
		return false
	}
	switch p.b[0] {
	case '*':
		_, text, ok := p.line()
		n := int64(0)
		if ok {
			n, ok = parseInt(text)
		}
		for ; ok && n > 0; n-- {
			ok = p.skip()
		}
		return ok
	case '$':
		v, ok := p.bulk()
		return ok && (v.null() || v.whole())
	case ':', '+', '-':
		_, _, ok := p.line()
		return ok
	}
	return false
}

// failure returns the text of an error reply.
func (p reply) failure() (text string, failed bool) {
	if len(p.b) == 0 || p.b[0] != '-' {
		return "", false
	}
	_, line, ok := p.line()
	if !ok {
		return "error reply", true
	}
	return string(line), true
}
