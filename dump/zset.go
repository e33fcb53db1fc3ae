package dump

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// zset writes "members":[[V,S],…], ascending by member.
func (w *Writer) zset(v keyspace.ZSet) error {
	w.buf = append(w.buf, `,"type":"zset","members":[`...)
	for i := range v {
		if i > 0 {
			if v[i].Name <= v[i-1].Name {
				return misplaced("member", v[i-1].Name, v[i].Name)
			}
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, '[')
		w.v(v[i].Name)
		w.buf = append(w.buf, ',')
		w.buf = appendScore(w.buf, v[i].Score)
		w.buf = append(w.buf, ']')
	}
	w.buf = append(w.buf, ']')
	return nil
}

// appendScore appends S: a number, or a JSON string for what is none.
func appendScore(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, `"nan"`...)
	case math.IsInf(x, 1):
		return append(b, `"inf"`...)
	case math.IsInf(x, -1):
		return append(b, `"-inf"`...)
	}
	return keyspace.AppendScore(b, x)
}

// zset reads [[V,S],…] in any order.
func (s *scanner) zset() keyspace.ZSet {
	at := s.i
	v := s.scratch.members[:0]
	for more := s.open('['); more; more = s.next(']') {
		var m keyspace.Member
		s.token('[')
		m.Name = s.v()
		s.token(',')
		m.Score = s.score()
		s.token(']')
		v = append(v, m)
	}
	s.scratch.members = v
	return unique(s, at, "member", v, memberName)
}

func memberName(m *keyspace.Member) string { return m.Name }

// score reads S: the binary64 nearest to a JSON number, or one of the strings.
func (s *scanner) score() float64 {
	if s.peek() != '"' {
		at := s.i
		if x, ok := s.shortNumber(); ok {
			return x
		}
		text := s.number()
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			s.fail(at, "number %s is out of range", clip(text))
		}
		return x
	}
	at := s.i
	switch text := s.str(); text {
	case "inf":
		return math.Inf(1)
	case "-inf":
		return math.Inf(-1)
	case "nan":
		return math.NaN()
	}
	s.fail(at, `want a number, "inf", "-inf" or "nan"`)
	return 0
}
