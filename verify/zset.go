package verify

import (
	"math"
	"slices"
	"strconv"

	"redrill/keyspace"
)

// scoreBytes is more than a Redis prints for a score, framing included. A server
// that prints plain decimals may need more; its reply is then cut and asked again.
const scoreBytes = 48

// planZSet asks for the scores of the expected members, with the last part for
// the number of members, and for the encoding where a score of -0 is expected.
func (w *worker) planZSet(r *round, p *part, v keyspace.ZSet) {
	if len(v) > 0 {
		p.content = askScores(r, &p.st.name, v)
	}
	if !p.key.More {
		p.length = r.add(0, "ZCARD", &p.st.name)
	}
	if slices.ContainsFunc(v, func(m keyspace.Member) bool { return isNegativeZero(m.Score) }) {
		w.planEncoding(r, p)
	}
}

func askScores(r *round, name *string, v keyspace.ZSet) slot {
	r.begin("ZMSCORE", name)
	for i := range v {
		r.arg(&v[i].Name)
	}
	return r.end(len(v) * scoreBytes)
}

// planEncoding asks for the encoding of a sorted set in which a score of -0 is
// expected: only a skiplist can hold it.
func (w *worker) planEncoding(r *round, p *part) {
	if w.server.ObjectEncoding && !w.server.NegativeZero {
		p.encoding = r.add(0, "OBJECT", "ENCODING", &p.st.name)
	}
}

func isNegativeZero(f float64) bool { return f == 0 && math.Signbit(f) }

// holdsNegativeZero reports whether the server can hold a score of -0 in the key.
func (w *worker) holdsNegativeZero(p *part) bool {
	if w.server.NegativeZero || p.encoding == none {
		return w.server.NegativeZero
	}
	got := w.round.reply(p.encoding)
	encoding, ok := got.bulk()
	return ok && string(encoding.b) == "skiplist"
}

// compareScores compares the members v with the reply to ZMSCORE.
func compareScores(st *keyState, v keyspace.ZSet, got reply, negativeZero bool) (done int, ok bool) {
	n, ok := got.array()
	if !ok || n != int64(len(v)) {
		return 0, false
	}
	for i := range v {
		text, ok := got.score()
		if !ok || !text.null() && !text.whole() {
			return i, got.cut && i > 0
		}
		if text.null() {
			st.add(missingMember(st, v[i].Name))
			continue
		}
		st.present++
		compareScore(st, v[i], text.b, negativeZero)
	}
	return len(v), true
}

// compareScore compares a score by its bits. A score of -0 that the server
// cannot hold is counted, not reported.
func compareScore(st *keyState, want keyspace.Member, text []byte, negativeZero bool) {
	got, err := parseScore(text)
	switch {
	case err == nil && keyspace.SameScore(want.Score, got):
	case err == nil && got == 0 && isNegativeZero(want.Score) && !negativeZero:
		st.negative++
	default:
		st.add(Difference{Kind: KindScore, Path: memberPath(st, want.Name) + "/score",
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

func alteredZSet(v keyspace.ZSet, named bool, pick drawer) []altered {
	fresh := keyspace.Member{Name: freshName(pick), Score: 1}
	all := []altered{{KindMemberMissing, "/member " + quote(fresh.Name),
		insert(v, fresh, func(m keyspace.Member) string { return m.Name })}}
	if len(v) > 0 {
		i := pick(len(v))
		changed := slices.Clone(v)
		changed[i].Score = nextScore(v[i].Score)
		path := "/member " + quote(v[i].Name)
		all = append(all, altered{KindScore, path + "/score", changed},
			altered{KindMemberExtra, extraPath(named, path), without(v, i)})
	}
	return all
}

// nextScore returns the neighbour of a score, one ulp away.
func nextScore(f float64) float64 {
	if f == 0 {
		return math.SmallestNonzeroFloat64
	}
	return math.Nextafter(f, 0)
}
