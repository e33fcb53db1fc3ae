package verify

import (
	"time"
)

// Options says how to verify. The zero value is safe: a server without
// capabilities, one connection.
type Options struct {
	Server Server
	// AsOfMs is the reference time in Unix milliseconds: keys whose expire time
	// is not after it are expected absent.
	AsOfMs int64
	// Connections is how many connections read; 0 means 1.
	Connections int
	// NoScan forbids to enumerate or count keys (SCAN, DBSIZE, INFO keyspace).
	// Extra keys are then not looked for, and the result says so.
	NoScan bool
	// Live is in how many rounds keys that differ are read again, on a server that
	// takes writes; 0 means none: a server that is written to makes the run
	// invalid. Pause is the time between them.
	Live  int
	Pause time.Duration
	// Embedded says that the server is an imitation in this process, which nobody
	// else can reach.
	Embedded bool
	// Since is what the server said about itself (INFO all) when the keys had been
	// written: whoever wrote between then and the run makes it invalid. "" means that
	// nobody knows.
	Since string
	// FrozenClock says that the clock of the server stands still at AsOfMs.
	FrozenClock bool
	// Now is the local clock, for servers without TIME and to compare with that
	// of others; nil when there is none.
	Now func() time.Time
	// Diffs receives every reported difference, in no particular order, never
	// concurrently. Nil means that only the sample is kept.
	Diffs func(Difference)
	// Sample is how many differences the result keeps; 0 means 20.
	Sample int
	// Seed draws the places of canaries and keys the hashes of names.
	Seed uint64
	// Timeout bounds the wait for a batch of questions to be taken and to be
	// answered; 0 means one minute.
	Timeout time.Duration
	// Progress receives the number of keys compared so far, never concurrently.
	Progress func(keys int64)

	remember int // unreadable keys; 0 means nameTable
}

func (o Options) withDefaults() Options {
	if o.Connections <= 0 {
		o.Connections = 1
	}
	if o.Sample <= 0 {
		o.Sample = 20
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.remember <= 0 {
		o.remember = nameTable
	}
	return o
}
