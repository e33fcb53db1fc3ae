package keyspace

import (
	"math"
	"strconv"
)

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

// AppendScore appends the decimal notation of a finite score to b: the shortest
// digits that read back to the same bits, plain for 0 and when 1e-6 <= |x| <
// 1e21, otherwise with an exponent that has no leading zero. What is no number
// has no such notation: each format has its own.
func AppendScore(b []byte, x float64) []byte {
	if abs := math.Abs(x); abs == 0 || 1e-6 <= abs && abs < 1e21 {
		return strconv.AppendFloat(b, x, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, x, 'e', -1, 64)
	if n := len(b); b[n-4] == 'e' && b[n-2] == '0' { // e-07
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

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
