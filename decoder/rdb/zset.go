package rdb

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"redrill/keyspace"
)

// Lengths of a score as text that stand for what is no number (SPEC-RDB 2.4).
const (
	scoreNaN    = 253
	scoreInf    = 254
	scoreNegInf = 255
)

// zset decodes a sorted set (SPEC-RDB 4.4).
func (o *out) zset() error {
	s := sink[keyspace.Member]{o: o,
		value: func(held []keyspace.Member) keyspace.Value {
			slices.SortFunc(held, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
			return keyspace.ZSet(held)
		},
		name: func(e *keyspace.Member) string { return e.Name },
	}
	var err error
	switch o.entry.kind.form { //nolint:exhaustive // zset is called for its own forms only
	case formZSetZiplist:
		err = o.packedZSet(openZiplist, &s)
	case formZSetListpack:
		err = o.packedZSet(openListpack, &s)
	case formZSetText:
		err = o.times("members", 2, func() error { return o.scored(&s, o.textScore) })
	default:
		err = o.times("members", 9, func() error { return o.scored(&s, o.binaryScore) })
	}
	if err != nil {
		return err
	}
	return s.close()
}

// scored reads a member and, with score, its score.
func (o *out) scored(s *sink[keyspace.Member], score func() (float64, error)) error {
	at := o.in.pos()
	name, err := o.in.owned()
	if err != nil {
		return err
	}
	x, err := score()
	if err != nil {
		return err
	}
	return o.member(s, at, name, x)
}

func (o *out) member(s *sink[keyspace.Member], at int64, name string, score float64) error {
	if math.IsNaN(score) {
		return unreadablef(at, "the score of %q is not a number", name)
	}
	return s.add(keyspace.Member{Name: name, Score: score}, len(name))
}

func (o *out) binaryScore() (float64, error) {
	bits, err := o.in.u64()
	return math.Float64frombits(bits), err
}

func (o *out) textScore() (float64, error) {
	at := o.in.pos()
	n, err := o.in.byte()
	if err != nil {
		return 0, err
	}
	switch n {
	case scoreNaN:
		return math.NaN(), nil
	case scoreInf:
		return math.Inf(1), nil
	case scoreNegInf:
		return math.Inf(-1), nil
	}
	b, err := o.in.bytes(int(n))
	if err != nil {
		return 0, err
	}
	x, ok := parseScore(string(b))
	if !ok {
		return 0, unreadablef(at, "the score %q is not a number", b)
	}
	return x, nil
}

// packedZSet reads members and scores from a blob, which is in the order of the
// scores: servers look members up by it.
func (o *out) packedZSet(open func(string) (blob, error), s *sink[keyspace.Member]) error {
	at := o.in.pos()
	var last keyspace.Member
	return o.groups(open, 2, func(pair []packed) error {
		m := keyspace.Member{Name: pair[0].text(), Score: float64(pair[1].n)}
		if !pair[1].integer {
			var ok bool
			if m.Score, ok = parseScore(pair[1].bytes); !ok {
				return unreadablef(at, "the score %q of %q is not a number", pair[1].bytes, m.Name)
			}
		}
		if s.total > 0 && (m.Score < last.Score || m.Score == last.Score && m.Name < last.Name) {
			return unreadablef(at, "%q with score %v after %q with score %v: out of order", m.Name, m.Score, last.Name, last.Score)
		}
		last = m
		return o.member(s, at, m.Name, m.Score)
	})
}

// parseScore converts a score as servers do, by the rules of C (SPEC-RDB 2.4):
// white space in front, hexadecimal numbers, words for infinity, anything behind.
func parseScore(text string) (float64, bool) {
	text = strings.TrimLeft(text, " \t\n\v\f\r")
	sign, digits := "", text
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		sign, digits = digits[:1], digits[1:]
	}
	lower := strings.ToLower(digits)
	switch {
	case strings.HasPrefix(lower, "inf"):
		return math.Copysign(math.Inf(1), signOf(sign)), true
	case strings.HasPrefix(lower, "nan"):
		return math.NaN(), true
	case strings.HasPrefix(lower, "0x"):
		if n := hexNumber(lower); n > 2 {
			hex := lower[:n]
			if !strings.Contains(hex, "p") {
				hex += "p0"
			}
			return parsed(sign + hex)
		}
		return math.Copysign(0, signOf(sign)), true // the 0 before the x
	}
	n := decimalNumber(digits)
	if n == 0 {
		return 0, false
	}
	return parsed(sign + digits[:n])
}

// parsed converts what is a number; one that is too large is infinite.
func parsed(text string) (float64, bool) {
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil || math.IsInf(x, 0)
}

func signOf(sign string) float64 {
	if sign == "-" {
		return -1
	}
	return 1
}

// decimalNumber returns the length of the decimal number that text begins with; 0
// if there is none.
func decimalNumber(text string) int { return numberLen(text, isDigit, 'e') }

// hexNumber is decimalNumber for what begins with 0x.
func hexNumber(text string) int {
	n := numberLen(text[2:], func(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' }, 'p')
	if n == 0 {
		return 0
	}
	return 2 + n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// numberLen measures digits with a point among them, and an exponent.
func numberLen(text string, digit func(byte) bool, exponent byte) int {
	i, digits := 0, 0
	for point := false; i < len(text); i++ {
		if text[i] == '.' && !point {
			point = true
		} else if digit(text[i]) {
			digits++
		} else {
			break
		}
	}
	if digits == 0 {
		return 0
	}
	if i < len(text) && text[i]|0x20 == exponent {
		j := i + 1
		if j < len(text) && (text[j] == '-' || text[j] == '+') {
			j++
		}
		if j < len(text) && isDigit(text[j]) {
			for i = j; i < len(text) && isDigit(text[i]); i++ { // moves past the exponent
			}
		}
	}
	return i
}
