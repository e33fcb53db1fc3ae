package dump

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"redrill/keyspace"
)

// scanner reads the tokens of one line, strictly. Strings without escapes and
// envelopes are substrings of the line. After the first error every method
// returns a zero value and err stays.
type scanner struct {
	s   string
	i   int // index of the next byte
	err *Error

	version int // of the dump

	scratch scratch
}

// scratch is memory that a scanner uses again from line to line.
type scratch struct {
	text    []byte
	encoded []byte
	strings []string
	fields  []keyspace.Field
	members []keyspace.Member
	entries []keyspace.Entry
	pairs   []keyspace.Pair
	cells   []keyspace.Cell
	ends    []int // index in pairs behind the last pair of each entry
}

// fail notes an error at index at, unless there is one, and ends the scan.
func (s *scanner) fail(at int, format string, args ...any) {
	if s.err == nil {
		s.err = &Error{Column: at + 1, What: fmt.Sprintf(format, args...), Err: ErrDump}
	}
	s.i = len(s.s)
}

// peek skips blanks and returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	for ; s.i < len(s.s); s.i++ {
		switch c := s.s[s.i]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// token reads the single character c.
func (s *scanner) token(c byte) {
	if s.i < len(s.s) && s.s[s.i] == c || s.peek() == c {
		s.i++
		return
	}
	s.unexpected(fmt.Sprintf("%q", c))
}

// open reads the bracket c and reports whether an item follows.
func (s *scanner) open(c byte) bool {
	s.token(c)
	if s.peek() == c+2 { // ']' is '[' + 2, '}' is '{' + 2
		s.i++
		return false
	}
	return s.err == nil
}

// next reads a comma, or the closing bracket c; it reports whether an item follows.
func (s *scanner) next(c byte) bool {
	switch s.peek() {
	case ',':
		s.i++
		return true
	case c:
		s.i++
		return false
	}
	s.unexpected(fmt.Sprintf("',' or %q", c))
	return false
}

// end checks that nothing follows.
func (s *scanner) end() {
	if s.peek(); s.i < len(s.s) {
		s.unexpected("the end of the line")
	}
}

func (s *scanner) unexpected(want string) {
	if s.i >= len(s.s) {
		s.fail(s.i, "want %s, got the end of the line", want)
		return
	}
	s.fail(s.i, "want %s, got %q", want, s.s[s.i])
}

// v reads the byte string V. What it returns may share memory with the line.
func (s *scanner) v() string {
	if s.peek() != '{' {
		return s.str()
	}
	s.i++
	at := s.i
	s.peek()
	if name := s.str(); name != "base64" {
		s.fail(at, `want the single member "base64"`)
		return ""
	}
	s.token(':')
	s.peek()
	at = s.i
	text := s.str()
	s.scratch.encoded = append(s.scratch.encoded[:0], text...)
	decoded, err := envelope.AppendDecode(s.scratch.text[:0], s.scratch.encoded)
	s.scratch.text = decoded
	if err != nil || strings.ContainsAny(text, "\r\n") {
		s.fail(at, "not canonical URL-safe base64 without padding")
		return ""
	}
	s.token('}')
	return string(decoded)
}

// pair reads [V,V].
func (s *scanner) pair() (string, string) {
	s.token('[')
	a := s.v()
	s.token(',')
	b := s.v()
	s.token(']')
	return a, b
}

// str reads a JSON string, which starts at the next byte.
func (s *scanner) str() string {
	if s.i >= len(s.s) || s.s[s.i] != '"' {
		s.unexpected("a string")
		return ""
	}
	start := s.i + 1
	end, high := scanPlain(s.s, start)
	if end == len(s.s) || s.s[end] != '"' {
		return s.escaped(start, end)
	}
	text := s.s[start:end]
	if high && !utf8.ValidString(text) {
		s.fail(start, "string is not UTF-8")
		return ""
	}
	s.i = end + 1
	return text
}

// escaped reads the rest of a string from start on, whose first byte that is
// not plain is at end.
func (s *scanner) escaped(start, end int) string {
	text := append(s.scratch.text[:0], s.s[start:end]...)
	for {
		switch {
		case end == len(s.s):
			s.fail(end, "want '\"', got the end of the line")
			return ""
		case s.s[end] == '"':
			s.scratch.text = text
			if !utf8.Valid(text) {
				s.fail(start, "string is not UTF-8")
				return ""
			}
			s.i = end + 1
			return string(text)
		case s.s[end] != '\\':
			s.fail(end, "control character %q in a string", s.s[end])
			return ""
		}
		var n int
		if text, n = appendUnescaped(text, s.s[end:]); n == 0 {
			s.fail(end, "invalid escape in a string")
			return ""
		}
		start := end + n
		end, _ = scanPlain(s.s, start)
		text = append(text, s.s[start:end]...)
	}
}

// appendUnescaped appends what the escape at the start of s stands for and
// returns its length in s, 0 when it is invalid or a lone surrogate.
func appendUnescaped(b []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return b, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return append(b, s[1]), 2
	case 'b':
		return append(b, '\b'), 2
	case 'f':
		return append(b, '\f'), 2
	case 'n':
		return append(b, '\n'), 2
	case 'r':
		return append(b, '\r'), 2
	case 't':
		return append(b, '\t'), 2
	}
	r, ok := hexRune(s)
	if !ok {
		return b, 0
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r), 6
	}
	low, ok := hexRune(s[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return b, 0
	}
	return utf8.AppendRune(b, r), 12
}

// hexRune reads \uXXXX at the start of s.
func hexRune(s string) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for i := 2; i < 6; i++ {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unique puts items into ascending order of their names, unless they are, and
// returns a copy; items with the same name are an error at index at.
func unique[T any](s *scanner, at int, what string, items []T, name func(*T) string) []T {
	if s.err != nil {
		return nil
	}
	items = slices.Clone(items)
	ascending := true
	for i := 1; i < len(items) && ascending; i++ {
		ascending = name(&items[i-1]) < name(&items[i])
	}
	if ascending {
		return items
	}
	slices.SortFunc(items, func(a, b T) int { return strings.Compare(name(&a), name(&b)) })
	for i := 1; i < len(items); i++ {
		if name(&items[i-1]) == name(&items[i]) {
			s.fail(at, "duplicate %s %q", what, name(&items[i]))
			return nil
		}
	}
	return items
}
