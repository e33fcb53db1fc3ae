package verify

import (
	"math"
	"strconv"

	"redrill/verify/internal/wire"
)

// clockSkewMs is allowed between the local clock and that of a server without
// TIME.
const clockSkewMs = 1000

// pttlCeilingMs is where a server that keeps durations in nanoseconds stops
// counting.
const pttlCeilingMs = 9223372036854

// expirySlots are the requests that read the expire time of a key: PEXPIRETIME
// alone, or PTTL between two TIME.
type expirySlots struct {
	before, ttl, after wire.Slot
	exact              bool
}

// liveExpiry is the expire time that a server shows.
type liveExpiry struct {
	unknown bool // the server refuses to say
	absent  bool // there is no such key
	none    bool
	low     int64 // the expire time lies in low…high, Unix milliseconds
	high    int64
	atTop   bool // the server cannot count further
}

// planExpiry asks for the expire time of the key.
func (q *reader) planExpiry(p *part) expirySlots {
	if q.server.PExpireTime {
		return expirySlots{before: wire.None, ttl: q.round.Add(0, "PEXPIRETIME", &p.st.name), after: wire.None, exact: true}
	}
	s := expirySlots{before: wire.None, after: wire.None}
	timed := q.server.Time && !q.frozen
	if _, expires := p.st.expireAt.Ms(); timed && expires {
		s.before = q.round.Add(0, "TIME")
	}
	s.ttl = q.round.Add(0, "PTTL", &p.st.name)
	if s.before != wire.None {
		s.after = q.round.Add(0, "TIME")
	}
	return s
}

// readExpiry reads the answer to planExpiry. Where TIME was not asked around the
// key, the time of the round trip counts, with [clockSkewMs] for a local clock.
func (q *reader) readExpiry(s expirySlots) (e liveExpiry, ok bool) {
	from, to := q.from, q.to
	p := q.round.Reply(s.ttl)
	ms, ok := p.Integer()
	if !ok {
		return e, false
	}
	switch {
	case ms == -2:
		return liveExpiry{absent: true}, true
	case ms == -1:
		return liveExpiry{none: true}, true
	case s.exact:
		return liveExpiry{low: ms, high: ms}, true
	}
	if s.before != wire.None {
		first, last := q.round.Reply(s.before), q.round.Reply(s.after)
		var ok1, ok2 bool
		from, ok1 = first.Time()
		to, ok2 = last.Time()
		if !ok1 || !ok2 {
			return e, false
		}
	}
	switch {
	case from == 0: // there is no clock
		return liveExpiry{low: math.MinInt64, high: math.MaxInt64}, true
	case q.frozen:
	case q.server.Time:
		from, to = from-1, to+1 // TIME and PTTL cut to milliseconds
	default:
		from, to = from-clockSkewMs, to+clockSkewMs
	}
	return liveExpiry{low: from + ms, high: to + ms, atTop: ms >= pttlCeilingMs}, true
}

// compareExpiry adds the difference between two expire times, if any, and
// reports whether there was none.
func compareExpiry(st *state, got liveExpiry) (equal bool) {
	want, expires := st.expireAt.Ms()
	path := st.path() + "/expire_at_ms"
	switch {
	case !expires && got.none:
		return true
	case !expires:
		st.add(Difference{Kind: KindExpiryExtra, Path: path, Want: "none", Got: got.text()})
	case got.none:
		st.add(Difference{Kind: KindExpiryMissing, Path: path, Want: strconv.FormatInt(want, 10), Got: "none"})
	case want < got.low && !got.atTop, want > got.high && !got.atTop, got.atTop && want < got.low:
		st.add(Difference{Kind: KindExpiry, Path: path, Want: strconv.FormatInt(want, 10), Got: got.text()})
	default:
		return true
	}
	return false
}

// uncertainty returns how far the expire time can be off, in milliseconds.
func (e liveExpiry) uncertainty() int64 {
	if e.high == math.MaxInt64 {
		return math.MaxInt64
	}
	return (e.high - e.low + 1) / 2
}

func (e liveExpiry) text() string {
	if e.low == e.high {
		return strconv.FormatInt(e.low, 10)
	}
	return strconv.FormatInt(e.low, 10) + "…" + strconv.FormatInt(e.high, 10)
}

// live reads the expire time of a key, and with it whether it exists.
func (q *reader) live(p *part) liveExpiry {
	live, ok := q.readExpiry(p.expiry)
	if ok {
		return live
	}
	if !q.refusal(p.st, &q.round, p.expiry.ttl) {
		q.fails(p.st, &q.round, p.expiry.ttl)
	}
	return liveExpiry{unknown: true}
}
