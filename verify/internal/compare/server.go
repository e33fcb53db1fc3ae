package compare

import (
	"fmt"

	"redrill/keyspace"
)

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
	EntriesAdded   bool // XINFO STREAM may have entries-added, and a restore could have set it
	HLLBytes       bool // GET on a HyperLogLog returns its registers
	ExactPFCount   bool // PFCOUNT is the number of elements, not an estimate
	Functions      bool // FUNCTION LIST
	GivesBack      bool // XNACK: pending entries may have no owner
	Arrays         bool // ARSCAN and ARNEXT
	FieldExpiry    bool // HPEXPIRETIME: fields of hashes may have expire times
	KeepsEmpty     bool // an emptied collection may still exist

	// ByCommands says that the keys were written by commands, which cannot set everything:
	// the first ID of a stream and the times of consumers are not compared.
	ByCommands bool
	// Loaded says that the server came up with the file: it keeps IDs of streams that no
	// command could set.
	Loaded bool

	HoldsAll bool // what no Redis can hold is kept: NaN scores, entries 0-0 or without fields

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

// Unchecked returns what the server gives no way to compare of keys of the types
// that are present, for people.
func (s Server) Unchecked(present func(keyspace.Type) bool) (what []string) {
	say := func(unless bool, text string) {
		if !unless {
			what = append(what, text)
		}
	}
	streams := present(keyspace.TypeStream)
	say(!streams || s.LastID, UncheckedLastID)
	say(!streams || s.MaxDeletedID, UncheckedMaxDeletedID)
	say(!streams || s.LastID || s.MaxDeletedID, UncheckedGroups)
	if present(keyspace.TypeHyperLogLog) && !s.HLLBytes {
		say(!s.ExactPFCount, "hyperloglogs: only the number of elements")
		say(s.ExactPFCount, fmt.Sprintf("hyperloglogs: only the estimated number of elements, within %.1f %%", 100*hllTolerance))
	}
	return what
}
