package compare

import (
	"math"
	"strconv"

	"redrill/verify/internal/wire"
)

// ClockSkewMs is allowed between the local clock and that of a server without
// TIME.
const ClockSkewMs = 1000

// pttlCeilingMs is where a server that keeps durations in nanoseconds stops
// counting.
const pttlCeilingMs = 9223372036854

// expirySlots are the requests that read the expire time of a key: PEXPIRETIME
// alone, or PTTL between two TIME.
type expirySlots struct {
	before, ttl, after wire.Slot
	exact              bool
}

// LiveExpiry is the expire time that a server shows.
type LiveExpiry struct {
	Unknown bool // the server refuses to say
	Absent  bool // there is no such key
	None    bool
	Low     int64 // the expire time lies in low…high, Unix milliseconds
	High    int64
	atTop   bool // the server cannot count further
}

// planExpiry asks for the expire time of the key.
func (q *Reader) planExpiry(p *Part) expirySlots {
	if q.server.PExpireTime {
		return expirySlots{before: wire.None, ttl: q.round.Add(0, "PEXPIRETIME", &p.State.Name), after: wire.None, exact: true}
	}
	s := expirySlots{before: wire.None, after: wire.None}
	timed := q.server.Time && !q.frozen
	if _, expires := p.State.ExpireAt.Ms(); timed && expires {
		s.before = q.round.Add(0, "TIME")
	}
	s.ttl = q.round.Add(0, "PTTL", &p.State.Name)
	if s.before != wire.None {
		s.after = q.round.Add(0, "TIME")
	}
	return s
}

// readExpiry reads the answer to planExpiry. Where TIME was not asked around the
// key, the time of the round trip counts, with [clockSkewMs] for a local clock.
func (q *Reader) readExpiry(s expirySlots) (e LiveExpiry, ok bool) {
	from, to := q.from, q.To
	p := q.round.Reply(s.ttl)
	ms, ok := p.Integer()
	if !ok {
		return e, false
	}
	switch {
	case ms == -2:
		return LiveExpiry{Absent: true}, true
	case ms == -1:
		return LiveExpiry{None: true}, true
	case s.exact:
		return LiveExpiry{Low: ms, High: ms}, true
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
		return LiveExpiry{Low: math.MinInt64, High: math.MaxInt64}, true
	case q.frozen:
	case q.server.Time:
		from, to = from-1, to+1 // TIME and PTTL cut to milliseconds
	default:
		from, to = from-ClockSkewMs, to+ClockSkewMs
	}
	return LiveExpiry{Low: from + ms, High: to + ms, atTop: ms >= pttlCeilingMs}, true
}

// CompareExpiry adds the difference between two expire times, if any, and
// reports whether there was none.
func (st *State) CompareExpiry(got LiveExpiry) (equal bool) {
	want, expires := st.ExpireAt.Ms()
	path := st.Path() + "/expire_at_ms"
	switch {
	case !expires && got.None:
		return true
	case !expires:
		st.Add(Difference{Kind: KindExpiryExtra, Path: path, Want: "none", Got: got.text()})
	case got.None:
		st.Add(Difference{Kind: KindExpiryMissing, Path: path, Want: strconv.FormatInt(want, 10), Got: "none"})
	case want < got.Low && !got.atTop, want > got.High && !got.atTop, got.atTop && want < got.Low:
		st.Add(Difference{Kind: KindExpiry, Path: path, Want: strconv.FormatInt(want, 10), Got: got.text()})
	default:
		return true
	}
	return false
}

// Uncertainty returns how far the expire time can be off, in milliseconds.
func (e LiveExpiry) Uncertainty() int64 {
	if e.High == math.MaxInt64 {
		return math.MaxInt64
	}
	return (e.High - e.Low + 1) / 2
}

func (e LiveExpiry) text() string {
	if e.Low == e.High {
		return strconv.FormatInt(e.Low, 10)
	}
	return strconv.FormatInt(e.Low, 10) + "…" + strconv.FormatInt(e.High, 10)
}

// Live reads the expire time of a key, and with it whether it exists.
func (q *Reader) Live(p *Part) LiveExpiry {
	live, ok := q.readExpiry(p.expiry)
	if ok {
		return live
	}
	if !q.refusal(p.State, &q.round, p.expiry.ttl) {
		q.fails(p.State, &q.round, p.expiry.ttl)
	}
	return LiveExpiry{Unknown: true}
}
