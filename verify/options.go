package verify

import (
	"time"
)

// Options says how to verify. The zero value is safe: a server without
// capabilities, one connection.
type Options struct {
	Server Server
	// AsOfMs is the reference time in Unix milliseconds: keys whose expire time
	// is at or before it are expected to be absent.
	AsOfMs int64
	// Connections is how many connections read; 0 means 1.
	Connections int
	// NoScan forbids commands that enumerate or count keys (SCAN, DBSIZE, INFO
	// keyspace). The run then does not look for extra keys, and the result says so.
	NoScan bool
	// Live is in how many rounds keys that differ are read again, on a server that
	// takes writes; 0 means none: a server that is written to makes the run
	// invalid. Pause is the time between them.
	Live  int
	Pause time.Duration
	// Embedded says that the server is an imitation in this process. No other client
	// can reach it.
	Embedded bool
	// ByCommands says that the keys were written by commands, which cannot set the first ID
	// of a stream and the times of consumers: they are counted, and listed as not checked.
	ByCommands bool
	// Loaded says that the server came up with the file itself. It then holds what is
	// stored, also where commands could not set it.
	Loaded bool
	// Since is what the server said about itself (INFO all) when the keys had been
	// written: a write between then and the run makes the run invalid. "" means that
	// this is unknown.
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
