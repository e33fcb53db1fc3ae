package verify

import (
	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// part is one expected part of a key and the requests that read its live
// counterpart.
type part struct {
	key  keyspace.Key // the representable rest of the part
	st   *keyState
	own  keyState    // of a key in one part, to spare an allocation
	base int64       // elements before this part; bytes for a string
	prev keyspace.ID // stream: the largest ID before this part

	content  wire.Slot // the elements of the part
	length   wire.Slot // the length of the whole key, with the last part
	expiry   expirySlots
	encoding wire.Slot // OBJECT ENCODING, if a score of -0 is expected
	info     wire.Slot // XINFO STREAM
	got      wire.Bulk // read by a shared MGET
	hasGot   bool
	shared   bool    // asked for by a shared MGET
	verdict  Verdict // of the key, with its last part

	kept    []keyspace.Key // with the last of several parts: all of them, to plant canaries in
	dropped bool           // the last part: something of the key cannot be held by any Redis
}

// keyState is what is known about a key while its parts are compared.
type keyState struct {
	db       int
	name     string
	typ      keyspace.Type
	expireAt keyspace.ExpireAt

	want     int64 // elements (bytes of a string) expected in the parts so far
	present  int64 // of them found
	parts    int
	absent   int // parts at which the key did not exist
	extra    int64
	entries  int64 // of a stream, as the server says; 0 when it was not asked
	deferred int64 // extra elements that the naming pass reports

	changed     bool // while it was read
	wrongType   bool
	unsupported bool // the server has no command for it
	unanswered  bool // the server answers with an error, or oddly
	probe       probe

	diffs []Difference
	more  int64 // beyond maxPerKey

	list        listState
	str         stringState
	whole       wholeState
	lastID      keyspace.ID // largest expected entry so far
	regs        *registers
	negative    int64 // scores of -0 that read as 0, where the server may not hold them
	zeroUnknown bool  // it cannot be told whether they were lost

	noLastID, noMaxDeletedID bool // the server does not show it

	verdict Verdict // after the last part
	canary  *canary // nil for a key of the source
}

// probe says what is expected of a name that is not expected to hold a value.
type probe uint8

const (
	probeNone       probe = iota
	probeExpired          // expired at the reference time: absent
	probeEmpty            // exists but is empty in the source: absent
	probeUnreadable       // could not be decoded: anything
	probeElsewhere        // in a database that the server does not have
)

func (st *keyState) add(d Difference) {
	if len(st.diffs) >= maxPerKey {
		st.more += d.weight()
		return
	}
	d.DB, d.Key, d.Type = st.db, Bytes(st.name), st.typ.String()
	st.diffs = append(st.diffs, d)
}

func (st *keyState) path() string { return keyPath(st.name) }

// differences returns all differences of the key, the uncounted rest as one.
func (st *keyState) differences() []Difference {
	if st.more > 0 {
		more := st.more
		st.more = 0
		st.diffs = append(st.diffs, Difference{
			Kind: KindMore, DB: st.db, Key: Bytes(st.name), Type: st.typ.String(),
			Path: st.path(), Count: more, Detail: "further differences of this key",
		})
	}
	return st.diffs
}
