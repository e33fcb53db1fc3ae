package restore

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// zset plans members with their scores. The reply is the number of members that
// were not there.
func (p *planner) zset(b *batch, key string, v keyspace.ZSet) {
	for len(v) > 0 {
		b.begin("ZADD")
		b.add(key)
		n := 0
		for n == 0 || n < len(v) && b.room(n) {
			b.add(scoreText(v[n].Score))
			b.add(v[n].Name)
			n++
		}
		b.end(ReplyInt, int64(n))
		v = v[n:]
		p.exists = true
	}
}

// scoreText returns the shortest text that a server reads back to the same
// bits: "-0" for negative zero, "inf" and "-inf" for the infinities.
func scoreText(score float64) string {
	switch {
	case math.IsInf(score, 1):
		return "inf"
	case math.IsInf(score, -1):
		return "-inf"
	case score == math.Trunc(score) && math.Abs(score) < 1<<53 && !(score == 0 && math.Signbit(score)):
		return strconv.FormatInt(int64(score), 10) // the same number, formatted faster
	}
	return strconv.FormatFloat(score, 'g', -1, 64)
}
