package keyspace

import "math"

// ZSet is the value of a sorted-set key: its members ascending by name (not by
// score), names unique.
type ZSet []Member

// Member is one member of a sorted set.
type Member struct {
	Name  string
	Score float64 // compared by bits; may be NaN, which no Redis can hold
}

// SameScore reports whether two scores have the same bits: -0 differs from 0,
// and neighbours one ulp apart differ.
func SameScore(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// Type implements [Value].
func (ZSet) Type() Type { return TypeZSet }

// Len returns the number of members.
func (v ZSet) Len() int { return len(v) }

// Bytes returns the length of all member names.
func (v ZSet) Bytes() (n int) {
	for i := range v {
		n += len(v[i].Name)
	}
	return n
}

func (ZSet) value() {}
