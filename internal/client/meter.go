package client

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// ErrReply is what a connection ends with when a reply is larger than its
// reader can bear.
var ErrReply = errors.New("the server's reply is out of bounds, the connection was cut")

// Bounds of what a server may say, whoever reads it. The client library keeps a
// line whole and follows nested replies, and attributes in front of one, by
// recursion.
const (
	maxLine       = 64 << 10 // bytes of a status, an error, a number or a header
	maxDepth      = 32       // arrays within arrays
	maxAttributes = 64       // of one reply
	maxPushes     = 1024     // messages that nobody asked for, in a row
	minElement    = 3        // bytes of the shortest reply
)

// Bounds limits one reply.
type Bounds struct {
	Bytes int64 // of the whole reply, headers included
	// Elements bounds what the headers of arrays, maps and sets claim in all:
	// who reads them into memory allocates for the claim. 0 means that the bytes
	// alone bound them.
	Elements int64
}

// The bounds of a connection.
var (
	// Kept is for replies that the client library keeps in memory.
	Kept = Bounds{Bytes: 16 << 20, Elements: 64 << 10}
	// Streamed is for replies that are read raw, piece by piece. It leaves room
	// to read to its end, and to name, a value that is longer than expected.
	Streamed = Bounds{Bytes: 1 << 30}
)

// meter follows the replies of one connection, as their bytes come in, before
// anybody allocates for what they claim:
//
//	line  = kind, text, CR LF
//	reply = line                                  kinds + - : _ , # (
//	      | line with length, bytes, CR LF        kinds $ = !
//	      | line with number, replies             kinds * ~ > %
//	      | line with number, replies, reply      kind | (an attribute and what it is about)
type meter struct {
	bounds Bounds

	header  [32]byte // the beginning of the line that is being read
	lineLen int
	refusal bool    // what is being read is an error
	payload int64   // bytes left of a byte string
	open    []level // arrays that are being read

	size       int64 // of the reply so far
	elements   int64 // that its headers claimed
	attributes int
	push       bool
	pushes     int // since the last reply
}

// level is an array that is being read.
type level struct {
	left      int64
	attribute bool
}

// feed reads on. After an error the connection is of no use.
func (m *meter) feed(p []byte) error {
	for len(p) > 0 {
		n, _, err := m.step(p)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// step reads the first n bytes of p, which is not empty: of a line or of a byte
// string, as much as there is. Refusal says that they belong to an error, which
// goes on while m.refusal.
func (m *meter) step(p []byte) (n int, refusal bool, err error) {
	if m.payload > 0 {
		n := min(int64(len(p)), m.payload)
		m.payload -= n
		m.size += n
		refusal = m.refusal
		if m.payload == 0 {
			m.refusal = false
			err = m.done()
		}
		return int(n), refusal, err
	}
	if m.lineLen == 0 {
		m.refusal = p[0] == '-' || p[0] == '!'
	}
	refusal = m.refusal
	line := p
	end := bytes.IndexByte(p, '\n')
	if end >= 0 {
		line = p[:end+1]
	}
	if m.lineLen < len(m.header) {
		copy(m.header[m.lineLen:], line)
	}
	m.lineLen += len(line)
	m.size += int64(len(line))
	if m.lineLen > maxLine {
		return 0, false, fmt.Errorf("%w: a line of more than %d bytes", ErrReply, maxLine)
	}
	if m.size > m.bounds.Bytes {
		return 0, false, m.tooLarge()
	}
	if end >= 0 {
		err = m.line()
		m.refusal = m.refusal && m.payload > 0
	}
	return len(line), refusal, err
}

func (m *meter) tooLarge() error {
	return fmt.Errorf("%w: it has more than %d bytes", ErrReply, m.bounds.Bytes)
}

// line looks at a whole line. What cannot be understood is left to the reader,
// who gives up.
func (m *meter) line() error {
	text := bytes.TrimSuffix(m.header[:min(m.lineLen, len(m.header))], []byte("\r\n"))
	m.lineLen = 0
	if len(text) == 0 {
		return m.done()
	}
	kind := text[0]
	n, err := strconv.ParseInt(string(text[1:]), 10, 64)
	switch kind {
	case '$', '=', '!':
		if err != nil || n < 0 {
			return m.done()
		}
		if n > m.bounds.Bytes-m.size-2 {
			return fmt.Errorf("%w: it claims a byte string of %d bytes", ErrReply, n)
		}
		if kind == '!' && n > maxLine {
			return fmt.Errorf("%w: it claims an error of %d bytes", ErrReply, n)
		}
		m.payload = n + 2
		return nil
	case '*', '~', '>', '%', '|':
		if kind == '>' && len(m.open) == 0 {
			m.push = true
		}
		return m.array(kind, max(n, 0))
	}
	return m.done()
}

func (m *meter) array(kind byte, n int64) error {
	claimed := n
	if (kind == '%' || kind == '|') && n <= math.MaxInt64/2 {
		n *= 2
	}
	if kind == '|' {
		if m.attributes++; m.attributes > maxAttributes {
			return fmt.Errorf("%w: it has more than %d attributes", ErrReply, maxAttributes)
		}
	}
	if n > (m.bounds.Bytes-m.size)/minElement || m.bounds.Elements > 0 && n > m.bounds.Elements-m.elements {
		return fmt.Errorf("%w: it claims %d elements", ErrReply, claimed)
	}
	m.elements += n
	switch {
	case n > 0 && len(m.open) >= maxDepth:
		return fmt.Errorf("%w: arrays in arrays, more than %d deep", ErrReply, maxDepth)
	case n > 0:
		m.open = append(m.open, level{left: n, attribute: kind == '|'})
		return nil
	case kind == '|': // what it is about follows
		return nil
	}
	return m.done()
}

// done ends a value, with it the arrays whose last it is, and with the
// outermost the reply.
func (m *meter) done() error {
	for n := len(m.open); n > 0; n = len(m.open) {
		last := &m.open[n-1]
		if last.left--; last.left > 0 {
			return nil
		}
		attribute := last.attribute
		m.open = m.open[:n-1]
		if attribute {
			return nil
		}
	}
	if m.pushes++; !m.push {
		m.pushes = 0
	}
	if m.pushes > maxPushes {
		return fmt.Errorf("%w: more than %d messages that nobody asked for", ErrReply, maxPushes)
	}
	m.size, m.elements, m.attributes, m.push = 0, 0, 0, false
	return nil
}
