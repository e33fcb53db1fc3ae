package tree

import (
	"math"

	"redrill/keyspace"
)

const (
	positiveInfinity = "+inf"
	negativeInfinity = "-inf"
	scoreBytes       = 8
)

func (w *Writer) zset(v keyspace.ZSet) {
	for _, m := range v {
		if math.IsNaN(m.Score) {
			w.losses.NaNScores++
			continue
		}
		w.nextElement()
		w.value.raw("{\n      \"member\": ")
		w.value.bytes(m.Name, "      ")
		w.value.raw(",\n      \"score\": ")
		w.value.raw(formatScore(m.Score))
		w.value.raw("\n    }")
	}
}

// formatScore returns the JSON of a score that is not NaN.
func formatScore(x float64) string {
	if math.IsInf(x, 0) {
		if x > 0 {
			return `"` + positiveInfinity + `"`
		}
		return `"` + negativeInfinity + `"`
	}
	return string(keyspace.AppendScore(nil, x))
}

type zsetValue struct {
	order ascending
	held  keyspace.ZSet
}

func (v *zsetValue) parse(in *input, p *parts) (attributes, error) {
	s := newScanner(in)
	return s.collection(membersMember, func() error {
		at := s.offset()
		var m keyspace.Member
		s.object("member", func() { m.Name = s.bytes() }, "score", func() { m.Score = s.score() })
		if s.err != nil {
			return s.err
		}
		if err := v.order.next(in, at, m.Name); err != nil {
			return err
		}
		if err := p.room(len(m.Name) + scoreBytes); err != nil {
			return err
		}
		v.held = append(v.held, m)
		return nil
	})
}

func (v *zsetValue) take(attributes) keyspace.Value {
	held := v.held
	v.held = nil
	return held
}
