package verify

import (
	"time"

	"redrill/verify/internal/guard"
	"redrill/verify/internal/wire"
)

// ErrTarget is the class of errors of a server that cannot be reached or that
// refuses to answer. It never stands for a difference.
var ErrTarget = wire.ErrTarget

// Guard is what a server says about itself before and after a run. Zero values
// stand for what it does not say.
type Guard = guard.Reading

// Server says what the server can do. The zero value is a server that can do
// nothing beyond the oldest commands; what then remains unchecked is listed in
// the result.
type Server struct {
	Product string // for people: "redis 7.0.15", "elastickv", …

	Time           bool // TIME
	PExpireTime    bool // PEXPIRETIME
	MGet           bool // MGET
	GetRange       bool // GETRANGE and STRLEN
	HMGet          bool // HMGET and an HLEN that counts fields
	SMIsMember     bool // SMISMEMBER and an SCARD that counts members
	ZMScore        bool // ZMSCORE and a ZCARD that counts members
	ElementScan    bool // HSCAN, SSCAN and ZSCAN
	Scan           bool // SCAN
	DBSize         bool // DBSIZE
	Info           bool // INFO with the sections server, stats, replication and keyspace
	Databases      bool // SELECT changes the database
	ObjectEncoding bool // OBJECT ENCODING
	LastID         bool // XINFO STREAM may have last-generated-id; the first stream shows
	MaxDeletedID   bool // XINFO STREAM may have max-deleted-entry-id, and a restore could have set it
	HLLBytes       bool // GET on a HyperLogLog returns its registers
	ExactPFCount   bool // PFCOUNT is the number of elements, not an estimate
	KeepsEmpty     bool // an emptied collection may still exist

	// What no source holds yet, so that it is not compared.
	FieldExpiry  bool // fields of hashes may have expire times
	Functions    bool // the server may hold functions
	EntriesAdded bool // streams count the entries that were ever added
	HoldsAll     bool // what no Redis can hold is kept: NaN scores, entries 0-0 or without fields

	// What a sorted set that was written with commands makes of a score of -0.
	SmallZero, LargeZero ZeroSign
}

// ZeroSign is what becomes of a score of -0.
type ZeroSign uint8

// The signs of a zero.
const (
	ZeroUnknown ZeroSign = iota // by the encoding of the set, as far as that tells
	ZeroKept                    // it reads as -0
	ZeroLost                    // it reads as 0
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
