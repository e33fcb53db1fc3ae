package compare

import (
	"context"
	"math"
	"strconv"

	"redrill/verify/internal/wire"
)

// span is where a time lies that a server shows: low…high, Unix milliseconds.
type span struct{ low, high int64 }

func exactly(ms int64) span { return span{ms, ms} }

// ago returns the time that idle milliseconds have passed since, when the server was asked
// within s. A server shows no negative distance: at 0 the time may lie ahead. It shows -1
// where there is no such time.
func (s span) ago(idle int64) span {
	switch {
	case idle < 0:
		return exactly(idle)
	case s.low == math.MinInt64:
		return s
	case idle == 0:
		return span{s.low, math.MaxInt64}
	}
	return span{s.low - idle, s.high - idle}
}

func (s span) holds(ms int64) bool { return s.low <= ms && ms <= s.high }

func (s span) text() string {
	low, high := strconv.FormatInt(s.low, 10), strconv.FormatInt(s.high, 10)
	switch {
	case s.low == s.high:
		return low
	case s.high == math.MaxInt64:
		return low + "…"
	}
	return low + "…" + high
}

const uncheckedStreamTimes = "streams: times of consumers and pending entries: the server does not tell its time"

// compareTime adds a difference of the kind unless the time lies where the server shows it.
func (q *Reader) compareTime(st *State, kind Kind, path string, want int64, got span) {
	switch {
	case got.low == math.MinInt64:
		st.hidden = append(st.hidden, kind)
		q.Unchecked.Add(uncheckedStreamTimes)
	case !got.holds(want):
		st.Add(Difference{Kind: kind, Path: path, Want: strconv.FormatInt(want, 10), Got: got.text()})
	case got.high != math.MaxInt64 && !st.Planted:
		q.WithinMs = max(q.WithinMs, (got.high-got.low+1)/2)
	}
}

// askTimed sends one follow-up request about a key, between two questions for the time of
// the server. It returns errNoGroup where that has no such consumer group.
func (q *Reader) askTimed(ctx context.Context, st *State, plan func(r *wire.Round) wire.Slot) (got wire.Reply, now span, err error) {
	r := &q.aux
	r.Reset()
	q.followed = true
	before, after := wire.None, wire.None
	timed := q.server.Time && !q.frozen
	if timed {
		before = r.Add(0, "TIME")
	}
	s := plan(r)
	if timed {
		after = r.Add(0, "TIME")
	}
	now.low = q.untold()
	if err := r.Exec(ctx, q.conn, st.DB); err != nil {
		return wire.Reply{}, now, err
	}
	now.high = q.untold()
	got = r.Reply(s)
	if text, failed := got.Failure(); failed && wire.Code(text) == "NOGROUP" {
		return got, now, errNoGroup
	}
	if q.refusal(st, r, s) {
		return got, now, errRefused
	}
	switch {
	case timed:
		first, last := r.Reply(before), r.Reply(after)
		var ok1, ok2 bool
		now.low, ok1 = first.Time()
		now.high, ok2 = last.Time()
		if !ok1 || !ok2 {
			q.fails(st, r, after)
			return got, now, errRefused
		}
		now = span{now.low - 1, now.high + 1} // times are cut to milliseconds
	case now.low == 0: // there is no clock
		now = span{math.MinInt64, math.MaxInt64}
	case !q.frozen:
		now = span{now.low - ClockSkewMs, now.high + ClockSkewMs}
	}
	return got, now, nil
}
