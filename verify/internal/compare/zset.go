package compare

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// scoreBytes is more than a Redis prints for a score, framing included. A server
// that prints plain decimals may need more; its reply is then cut and asked again.
const scoreBytes = 48

// zsetKey compares a sorted set: it asks for the scores of the expected members,
// with the last part for the number of members, and for the encoding where a
// score of -0 is expected.
type zsetKey struct{}

func (zsetKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.ZSet)
	if len(v) > 0 {
		p.content = askScores(&q.round, &p.State.Name, v)
	}
	q.planLength(p)
	if slices.ContainsFunc(v, func(m keyspace.Member) bool { return isNegativeZero(m.Score) }) {
		q.planEncoding(p)
	}
}

func askScores(r *wire.Round, name *string, v keyspace.ZSet) wire.Slot {
	r.Begin("ZMSCORE", name)
	for i := range v {
		r.Arg(&v[i].Name)
	}
	return r.End(len(v) * scoreBytes)
}

// planEncoding asks for the encoding of a sorted set in which a score of -0 is
// expected, where it decides whether that can be held.
func (q *Reader) planEncoding(p *Part) {
	if q.server.ObjectEncoding && !q.server.keepsZero() {
		p.about = q.round.Add(0, "OBJECT", "ENCODING", &p.State.Name)
	}
}

func (zsetKey) compare(ctx context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.ZSet)
	zero := q.zeroSign(p)
	return q.compareOn(ctx, p, len(v),
		func(r *wire.Round, from int) wire.Slot { return askScores(r, &p.State.Name, v[from:]) },
		func(got wire.Reply, from int) (int, bool) { return compareScores(p.State, v[from:], got, zero) })
}

func (zsetKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	return q.countExtra(ctx, p)
}

func isNegativeZero(f float64) bool { return f == 0 && math.Signbit(f) }

// keepsZero reports whether a score of -0 is kept in sorted sets of any size.
func (s Server) keepsZero() bool { return s.SmallZero == ZeroKept && s.LargeZero == ZeroKept }

// zeroSign returns what the server makes of a score of -0 in the sorted set:
// what was probed, else what the encoding tells. A skiplist holds the score, a
// ziplist the text of it. A listpack holds an integer, without sign, if the
// command that wrote the score found one; but what was restored or loaded as a
// whole keeps its text there.
func (q *Reader) zeroSign(p *Part) ZeroSign {
	small, large := q.server.SmallZero, q.server.LargeZero
	if q.server.keepsZero() {
		return ZeroKept
	}
	if p.about == wire.None {
		return ZeroUnknown
	}
	got := q.round.Reply(p.about)
	encoding, _ := got.Bulk()
	switch string(encoding.B) {
	case "skiplist":
		return cmp.Or(large, ZeroKept)
	case "ziplist":
		return cmp.Or(small, ZeroKept)
	case "listpack":
		return small
	}
	return ZeroUnknown
}

const uncheckedZero = "sorted sets: whether scores of -0 that read as 0 were lost; a small set keeps them only if it was loaded as a whole, not if commands wrote it"

// compareScores compares the members v with the reply to ZMSCORE.
func compareScores(st *State, v keyspace.ZSet, got wire.Reply, zero ZeroSign) (done int, ok bool) {
	n, ok := got.Array()
	if !ok || n != int64(len(v)) {
		return 0, false
	}
	for i := range v {
		text, ok := got.Score()
		if !ok || !text.Null() && !text.Whole() {
			return i, got.Cut && i > 0
		}
		if text.Null() {
			st.Add(missingMember(st, v[i].Name))
			continue
		}
		st.Present++
		compareScore(st, v[i], text.B, zero)
	}
	return len(v), true
}

// compareScore compares a score by its bits, but for those of a NaN, of which no
// text tells more. A score of -0 that is not known to be kept is counted, not
// reported.
func compareScore(st *State, want keyspace.Member, text []byte, zero ZeroSign) {
	got, err := parseScore(text)
	switch {
	case err == nil && keyspace.SameScore(want.Score, got):
	case err == nil && math.IsNaN(want.Score) && math.IsNaN(got):
	case err == nil && got == 0 && isNegativeZero(want.Score) && zero != ZeroKept:
		st.Negative++
		if zero == ZeroUnknown {
			st.Doubt = uncheckedZero
		}
	default:
		st.Add(Difference{Kind: KindScore, Path: memberPath(st, want.Name) + "/score",
			Want: formatScore(want.Score), Got: string(text)})
	}
}

// parseScore reads a score as any server prints it: 0.1, 1e+17, inf, -Inf, -0.
func parseScore(text []byte) (float64, error) {
	if len(text) < 16 {
		if n, ok := parseDigits(text); ok {
			return n, nil
		}
	}
	return strconv.ParseFloat(string(text), 64)
}

// parseDigits reads a short run of decimal digits, the commonest score.
func parseDigits(text []byte) (float64, bool) {
	if len(text) == 0 {
		return 0, false
	}
	var n int64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return float64(n), true
}

func formatScore(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func (zsetKey) alter(d draft) []altered {
	v, _ := d.value().(keyspace.ZSet)
	if !d.drawn {
		return nil
	}
	fresh := keyspace.Member{Name: freshName(d.pick), Score: 1}
	all := []altered{{KindMemberMissing, "/member " + quote(fresh.Name),
		insert(v, fresh, func(m keyspace.Member) string { return m.Name })}}
	if len(v) > 0 {
		i := d.pick(len(v))
		changed := slices.Clone(v)
		changed[i].Score = nextScore(v[i].Score)
		path := "/member " + quote(v[i].Name)
		all = append(all, altered{KindScore, path + "/score", changed},
			altered{KindMemberExtra, d.extraPath(path), without(v, i)})
	}
	return all
}

// nextScore returns the neighbour of a score, one ulp away.
func nextScore(f float64) float64 {
	if f == 0 || math.IsNaN(f) {
		return math.SmallestNonzeroFloat64
	}
	return math.Nextafter(f, 0)
}
