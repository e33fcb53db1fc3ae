package restore

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// zset plans members with their scores.
//
// A small sorted set cannot hold a score of -0, and keeps the 0 it made of it
// when it grows. So members with -0 get another score first, and theirs when
// the part is complete: they keep it wherever the finished encoding can hold
// it. (A server that is told -0 for a 0 sees no change and writes nothing.)
func (p *commands) zset(b *batch, key string, v keyspace.ZSet) {
	zeros := p.zadd(b, key, v, false)
	if zeros > 0 {
		negative := make(keyspace.ZSet, 0, zeros)
		for _, m := range v {
			if isNegativeZero(m.Score) {
				negative = append(negative, m)
			}
		}
		p.zadd(b, key, negative, true)
	}
}

// zadd plans ZADD commands and returns how many members have the score -0. The
// reply is the number of members that were not there.
func (p *commands) zadd(b *batch, key string, v keyspace.ZSet, again bool) (zeros int) {
	for len(v) > 0 {
		b.begin("ZADD")
		b.add(key)
		n := 0
		for n == 0 || n < len(v) && b.room(n) {
			text := scoreText(v[n].Score)
			if isNegativeZero(v[n].Score) && !again {
				zeros++
				text = "1"
			}
			b.add(text)
			b.add(v[n].Name)
			n++
		}
		added := int64(n)
		if again {
			added = 0
		}
		b.end(ReplyInt, added)
		v = v[n:]
		p.exists = true
	}
	return zeros
}

func isNegativeZero(score float64) bool { return score == 0 && math.Signbit(score) }

// scoreText returns the shortest text that a server reads back to the same
// bits: "-0" for negative zero, "inf" and "-inf" for the infinities.
func scoreText(score float64) string {
	switch {
	case math.IsInf(score, 1):
		return "inf"
	case math.IsInf(score, -1):
		return "-inf"
	case score == math.Trunc(score) && math.Abs(score) < 1<<53 && !isNegativeZero(score):
		return strconv.FormatInt(int64(score), 10) // the same number, formatted faster
	}
	return strconv.FormatFloat(score, 'g', -1, 64)
}
