package tree

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"redrill/keyspace"
)

// scanner reads JSON token by token. Its methods return zero values after the
// first error, which is in err. Duplicate members, invalid UTF-8 and lone
// surrogates are errors.
type scanner struct {
	dec    *jsontext.Decoder
	budget *budget
	path   string
	base   int64 // offset in the file of what dec reads
	err    error

	lineReader bytes.Reader
}

// newScanner reads the rest of in.
func newScanner(in *input) *scanner { return newScannerAt(in, in.path, in.offset) }

// newScannerAt reads r, which stands at offset base of the file path.
func newScannerAt(r io.Reader, path string, base int64) *scanner {
	b := &budget{r: r, limit: maxElementBytes, left: maxElementBytes}
	return &scanner{dec: jsontext.NewDecoder(b), budget: b, path: path, base: base}
}

// newLineScanner reads one line after another, see line.
func newLineScanner(path string) *scanner { return newScannerAt(nil, path, 0) }

// line goes on to another line, which stands at offset at.
func (s *scanner) line(text []byte, at int64) {
	s.lineReader.Reset(text)
	s.budget.r = &s.lineReader
	s.budget.renew()
	s.dec.Reset(s.budget)
	s.base, s.err = at, nil
}

// budget bounds how much is read, and so held, for one token.
type budget struct {
	r     io.Reader
	limit int
	left  int
}

// renew starts the next token.
func (b *budget) renew() { b.left = b.limit }

var errTooLong = errors.New("too long")

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// offset returns where the decoder stands in the file.
func (s *scanner) offset() int64 { return s.base + s.dec.InputOffset() }

func (s *scanner) fail(offset int64, format string, args ...any) {
	if s.err == nil {
		s.err = errorf(s.path, offset, format, args...)
	}
}

// failed classes an error of the decoder.
func (s *scanner) failed(err error) {
	var syntax *jsontext.SyntacticError
	switch {
	case s.err != nil:
	case errors.Is(err, errTooLong):
		s.fail(s.offset(), "a value of more than %d bytes", s.budget.limit)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.fail(s.offset(), "the JSON is truncated")
	case errors.As(err, &syntax):
		s.fail(s.base+syntax.ByteOffset, "%v", syntax.Err)
	default:
		// The decoder wraps what input has said already.
		if s.err = err; errors.Unwrap(err) != nil {
			s.err = errors.Unwrap(err)
		}
	}
}

func (s *scanner) token() (jsontext.Token, bool) {
	if s.err != nil {
		return jsontext.Token{}, false
	}
	t, err := s.dec.ReadToken()
	if err != nil {
		s.failed(err)
		return jsontext.Token{}, false
	}
	s.budget.renew()
	return t, true
}

// expect reads a token of one of the kinds.
func (s *scanner) expect(what string, kinds ...jsontext.Kind) (jsontext.Token, bool) {
	t, ok := s.token()
	if ok && !slices.Contains(kinds, t.Kind()) {
		s.fail(s.offset(), "%s where %s is expected", t.Kind(), what)
		return jsontext.Token{}, false
	}
	return t, ok
}

// more reports whether the object or array goes on.
func (s *scanner) more() bool {
	if s.err != nil {
		return false
	}
	k := s.dec.PeekKind()
	return k != '}' && k != ']' // an error is a kind of its own; the next token tells it
}

// memberNames maps the JSON of every member that is known to its name.
var memberNames = quotedNames(
	"format_version", fieldsMember, itemsMember, membersMember, "expire_at_ms", "name", "value", "member", "score",
	envelopeMember, "id", "_meta", "length", "last_ms", "last_seq", "key", "encoded", "original", "kind",
)

func quotedNames(names ...string) map[string]string {
	quoted := make(map[string]string, len(names))
	for _, name := range names {
		quoted[`"`+name+`"`] = name
	}
	return quoted
}

// nextMember reads the name of the next member of an object, or its end.
func (s *scanner) nextMember() (name string, ok bool) {
	if s.err != nil {
		return "", false
	}
	if !s.more() {
		s.expect("the end of the object", '}')
		return "", false
	}
	v, err := s.dec.ReadValue()
	if err != nil {
		s.failed(err)
		return "", false
	}
	s.budget.renew()
	if name, ok = memberNames[string(v)]; ok {
		return name, true
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		s.fail(s.offset(), "a member name is expected")
		return "", false
	}
	return string(b), true
}

// unknown refuses a member.
func (s *scanner) unknown(name string) { s.fail(s.offset(), "unknown member %q", clip(name)) }

// object reads an object with exactly two members.
func (s *scanner) object(name1 string, read1 func(), name2 string, read2 func()) {
	var seen1, seen2 bool
	s.expect("an object", '{')
	for {
		name, ok := s.nextMember()
		if !ok {
			break
		}
		switch name {
		case name1:
			seen1 = true
			read1()
		case name2:
			seen2 = true
			read2()
		default:
			s.unknown(name)
		}
	}
	if !seen1 || !seen2 {
		s.fail(s.offset(), "member %q or %q is missing", name1, name2)
	}
}

// end checks that nothing but blanks follows.
func (s *scanner) end() {
	if s.err != nil {
		return
	}
	if _, err := s.dec.ReadToken(); err == nil {
		s.fail(s.offset(), "more JSON after the end")
	} else if !errors.Is(err, io.EOF) {
		s.failed(err)
	}
}

// text reads a string.
func (s *scanner) text() string {
	t, ok := s.expect("a string", '"')
	if !ok {
		return ""
	}
	return t.String()
}

func (s *scanner) bool() bool {
	t, ok := s.expect("true or false", 't', 'f')
	return ok && t.Bool()
}

func (s *scanner) id() keyspace.ID {
	text := s.text()
	id, ok := keyspace.ParseID(text)
	if !ok && s.err == nil {
		s.fail(s.offset(), "invalid stream ID %q", clip(text))
	}
	return id
}

// uint reads an unsigned 64-bit integer, from its digits and not from a double.
func (s *scanner) uint() uint64 {
	t, ok := s.expect("a number", '0')
	if !ok {
		return 0
	}
	return s.parseUint(t)
}

func (s *scanner) parseUint(t jsontext.Token) uint64 {
	text := t.String()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		s.fail(s.offset(), "%s is not an unsigned 64-bit integer", clip(text))
	}
	return n
}

// expiry reads an expire time: null is none, what no int64 holds is clamped.
func (s *scanner) expiry() keyspace.ExpireAt {
	t, ok := s.expect("a number or null", '0', 'n')
	if !ok || t.Kind() == 'n' {
		return keyspace.ExpireAt{}
	}
	return keyspace.ExpireAtMs(int64(min(s.parseUint(t), math.MaxInt64)))
}
