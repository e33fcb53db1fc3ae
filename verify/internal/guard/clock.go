package guard

import (
	"fmt"
	"time"

	"redrill/keyspace"
)

// ClockToleranceMs is how far, in milliseconds, the clock of a server may be from
// the local one before a verdict that depends on which of them is right makes
// the run invalid. Clocks that are kept by NTP stay well within.
const ClockToleranceMs = 5000

// Clocks are the clock of the server and the local one. Times are Unix
// milliseconds, 0 where they cannot be told.
type Clocks struct {
	Now    func() time.Time // the local clock; nil when there is none
	Frozen bool             // the clock of the server stands still at AsOfMs
	Told   bool             // the server tells its time
	AsOfMs int64            // the reference time
}

// LocalMs returns the local time where it says anything about that of the
// server.
func (c Clocks) LocalMs() int64 {
	if c.Now == nil || c.Frozen {
		return 0
	}
	return c.Now().UnixMilli()
}

// UntoldMs returns the server's time where it does not tell it.
func (c Clocks) UntoldMs() int64 {
	switch {
	case c.Frozen:
		return c.AsOfMs
	case c.Told:
		return 0
	}
	return c.LocalMs()
}

// ServerMs returns the server's time at a reading, as far as it can be told.
func (c Clocks) ServerMs(r Reading) int64 {
	switch {
	case c.Frozen:
		return c.AsOfMs
	case r.TimeMs != 0:
		return r.TimeMs
	}
	return c.LocalMs()
}

// DisputesExpired reports whether the two clocks do not agree upon a key that is
// gone because its time has come by the server's clock: by the local clock it
// must have come as well, or a key was lost that is alive.
func (c Clocks) DisputesExpired(at keyspace.ExpireAt) bool {
	return c.beside() && !at.ExpiredAt(c.LocalMs()+ClockToleranceMs)
}

// DisputesReference reports whether the two clocks do not agree upon a key that
// is expected to be gone at the reference time: where that has come by the local
// clock, the time of the key must have come by the server's clock as well, or a
// key is not looked for that is alive. A reference time in the future is the
// user's own choice.
func (c Clocks) DisputesReference(at keyspace.ExpireAt, serverMs int64) bool {
	return c.beside() && c.AsOfMs <= c.LocalMs()+ClockToleranceMs && !at.ExpiredAt(serverMs+ClockToleranceMs)
}

// beside reports whether the clock of the server runs beside a local one.
func (c Clocks) beside() bool { return c.Now != nil && !c.Frozen && c.Told }

// ClockDistance returns how far serverMs is from the time between fromMs and
// toMs, 0 within the tolerance and where one of the clocks cannot be told.
func ClockDistance(serverMs, fromMs, toMs int64) int64 {
	switch {
	case fromMs == 0 || serverMs == 0:
	case serverMs > toMs+ClockToleranceMs:
		return serverMs - toMs
	case serverMs < fromMs-ClockToleranceMs:
		return serverMs - fromMs
	}
	return 0
}

// Disputed counts the keys whose verdict the two clocks do not agree upon.
type Disputed struct {
	keys   int64
	sample string // one of them
}

// Merge adds what another worker has counted.
func (d *Disputed) Merge(o Disputed) {
	d.keys += o.keys
	if d.sample == "" {
		d.sample = o.sample
	}
}

// Add counts the key that stands at a path.
func (d *Disputed) Add(path string) { d.Merge(Disputed{1, path}) }

// Invalid returns why the run proves nothing because of them, if there are any.
func (d Disputed) Invalid() []string {
	if d.keys == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the clocks of the server and of this machine disagree by more than %d ms on whether %d keys have expired, %s among them",
		ClockToleranceMs, d.keys, d.sample)}
}
