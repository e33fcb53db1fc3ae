package tree

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

const envelopeMember = "base64"

// collection reads a collection file: its version, its elements, each with
// element, and its expire time. Nothing may follow.
func (s *scanner) collection(elements string, element func() error) (attributes, error) {
	var a attributes
	var version, array, expiry bool
	s.expect("an object", '{')
	for {
		name, ok := s.nextMember()
		if !ok {
			break
		}
		switch name {
		case "format_version":
			version = true
			if v := s.uint(); v != formatVersion {
				s.fail(s.offset(), "unsupported format_version %d", v)
			}
		case elements:
			array = true
			s.array(element)
		case "expire_at_ms":
			expiry = true
			a.expireAt = s.expiry()
		default:
			s.unknown(name)
		}
	}
	s.require("format_version", version)
	s.require(elements, array)
	s.require("expire_at_ms", expiry)
	s.end()
	return a, s.err
}

// array reads an array, each element with element.
func (s *scanner) array(element func() error) {
	s.expect("an array", '[')
	for s.more() {
		if err := element(); err != nil && s.err == nil {
			s.err = err
		}
	}
	s.expect("the end of the array", ']')
}

// require checks that a member was there.
func (s *scanner) require(name string, seen bool) {
	if !seen {
		s.fail(s.offset(), "member %q is missing", name)
	}
}

// field reads a field of a hash or an entry.
func (s *scanner) field() (p keyspace.Pair) {
	s.object("name", func() { p.Field = s.bytes() }, "value", func() { p.Value = s.bytes() })
	return p
}

// pairs reads the fields of an entry.
func (s *scanner) pairs() []keyspace.Pair {
	var pairs []keyspace.Pair
	s.array(func() error {
		pairs = append(pairs, s.field())
		return nil
	})
	return pairs
}

// bytes reads a byte string.
func (s *scanner) bytes() string {
	t, ok := s.expect("a string or an envelope", '"', '{')
	if !ok {
		return ""
	}
	if t.Kind() == '"' {
		return t.String()
	}
	if name, ok := s.nextMember(); !ok || name != envelopeMember {
		s.fail(s.offset(), "want the single member of an envelope")
		return ""
	}
	b, err := decodeBase64(s.text())
	if err != nil {
		s.fail(s.offset(), "envelope: %v", err)
	}
	s.expect("the end of the envelope", '}')
	return b
}

// score reads a score.
func (s *scanner) score() float64 {
	t, ok := s.expect("a score", '0', '"')
	if !ok {
		return 0
	}
	text := t.String()
	if t.Kind() == '"' {
		switch text {
		case positiveInfinity:
			return math.Inf(1)
		case negativeInfinity:
			return math.Inf(-1)
		}
		s.fail(s.offset(), "invalid score %q", clip(text))
		return 0
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.fail(s.offset(), "%s is not a binary64 number", clip(text))
	}
	return x
}
