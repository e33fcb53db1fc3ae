package verify

import (
	"fmt"
)

// clockToleranceMs is how far, in milliseconds, the clock of a server may be from
// the local one before a verdict that depends on which of them is right makes
// the run invalid. Clocks that are kept by NTP stay well within.
const clockToleranceMs = 5000

// disputed counts the keys whose verdict the two clocks do not agree upon.
type disputed struct {
	keys   int64
	sample string // one of them
}

func (d *disputed) merge(o disputed) {
	d.keys += o.keys
	if d.sample == "" {
		d.sample = o.sample
	}
}

func (d *disputed) add(st *keyState) {
	d.merge(disputed{1, st.path()})
}

// twoClocks returns the local time and whether a server's clock runs beside it.
func (w *worker) twoClocks() (nowMs int64, ok bool) {
	if w.opts.Now == nil || w.opts.FrozenClock || !w.server.Time {
		return 0, false
	}
	return w.opts.Now().UnixMilli(), true
}

// disputeExpired looks at a key that is gone because its time has come by the
// server's clock: by the local clock it must have come as well, or a key was
// lost that is alive.
func (w *worker) disputeExpired(st *keyState) {
	if nowMs, ok := w.twoClocks(); ok && !expired(st.expireAt, nowMs+clockToleranceMs) {
		w.tally.disputed.add(st)
	}
}

// disputeReference looks at a key that is expected to be gone at the reference
// time: where that has come by the local clock, the time of the key must have
// come by the server's clock as well, or a key is not looked for that is alive.
// A reference time in the future is the user's own choice.
func (w *worker) disputeReference(st *keyState) {
	nowMs, ok := w.twoClocks()
	if ok && w.opts.AsOfMs <= nowMs+clockToleranceMs && !expired(st.expireAt, w.to+clockToleranceMs) {
		w.tally.disputed.add(st)
	}
}

// localMs returns the local time where it says anything about that of the
// server, else 0.
func (r *run) localMs() int64 {
	if r.opts.Now == nil || r.opts.FrozenClock {
		return 0
	}
	return r.opts.Now().UnixMilli()
}

// clocks compares the server's clock with the local one, and says what depends
// on the difference. The difference is taken from the first guard, as small as
// the round trip allows.
func (r *run) clocks(total *tally) {
	if r.res.Expiry.ClockMs != 0 {
		r.res.Unchecked = append(r.res.Unchecked, fmt.Sprintf(
			"clocks: that of the server is %d ms from the local one; which of them is right", r.res.Expiry.ClockMs))
	}
	if n := total.disputed.keys; n > 0 {
		r.invalid("the clocks of the server and of this machine disagree by more than %d ms on whether %d keys have expired, %s among them",
			clockToleranceMs, n, total.disputed.sample)
	}
}

// clockDistance returns how far serverMs is from the time between fromMs and
// toMs, 0 within the tolerance.
func clockDistance(serverMs, fromMs, toMs int64) int64 {
	switch {
	case serverMs > toMs+clockToleranceMs:
		return serverMs - toMs
	case serverMs < fromMs-clockToleranceMs:
		return serverMs - fromMs
	}
	return 0
}
