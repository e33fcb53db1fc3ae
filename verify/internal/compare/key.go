package compare

import (
	"context"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// comparer compares the live value of one key with what is expected of it. There
// is one for each type, in the file of its name. What has to be known of the key
// from its first part to its last is its own.
type comparer interface {
	// plan adds the requests that read the live counterpart of a part.
	plan(q *Reader, p *Part)
	// compare compares a part with the replies. It reports false if what was read
	// last is no answer to its command.
	compare(ctx context.Context, q *Reader, p *Part) (ok bool, err error)
	// finish compares what belongs to the key as a whole, with its last part.
	finish(ctx context.Context, q *Reader, p *Part) (ok bool, err error)
	// alter returns alterations of one part, of which each is one difference.
	alter(d draft) []altered
}

// newComparer returns what compares a key of a type that lives on a server.
func newComparer(typ keyspace.Type, server Server) comparer {
	switch typ {
	case keyspace.TypeString:
		return new(stringKey)
	case keyspace.TypeHash:
		if !server.HMGet {
			return &wholeKey{comparer: hashKey{}}
		}
		return hashKey{}
	case keyspace.TypeList:
		return new(listKey)
	case keyspace.TypeSet:
		if !server.SMIsMember {
			return &wholeKey{comparer: setKey{}}
		}
		return setKey{}
	case keyspace.TypeZSet:
		if !server.ZMScore {
			return &windowKey{wholeKey: wholeKey{comparer: zsetKey{}}}
		}
		return zsetKey{}
	case keyspace.TypeStream:
		return new(streamKey)
	case keyspace.TypeHyperLogLog:
		return new(hyperLogLogKey)
	case keyspace.TypeArray:
		if !server.Arrays {
			return unsupportedKey{"arrays: the server has no ARSCAN"}
		}
		return new(arrayKey)
	case keyspace.TypeOpaque:
		return opaqueKey{}
	}
	return nil
}

// Part is one expected part of a key and the requests that read its live
// counterpart.
type Part struct {
	Key   keyspace.Key // the representable rest of the part; one without a value is not to exist
	State *State
	Place

	content  wire.Slot // the elements of the part
	times    wire.Slot // the expire times of the fields of the part
	length   wire.Slot // the length of the whole key, with the last part
	about    wire.Slot // what else is asked: OBJECT ENCODING, XINFO STREAM
	expiry   expirySlots
	aside    bool // what else is asked may be refused: there is another way to it
	optional bool // the content may be refused: there is another way to it
}

// Place is where a part of a key begins.
type Place struct {
	base int64       // elements before it; bytes for a string
	prev keyspace.ID // the largest ID before it; of an array its Seq is the largest index
}

// Advance moves the place behind a part.
func (p *Place) Advance(k keyspace.Key) {
	p.base += int64(k.Value.Len())
	switch v := k.Value.(type) {
	case keyspace.Stream:
		if n := len(v.Entries); n > 0 {
			p.prev = v.Entries[n-1].ID
		}
	case keyspace.Array:
		if n := len(v.Cells); n > 0 {
			p.prev = keyspace.ID{Seq: v.Cells[n-1].Index}
		}
	case keyspace.String, keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.HyperLogLog, keyspace.Opaque:
	}
}

// State is what is known about a key while its parts are compared.
type State struct {
	DB       int
	Name     string
	Type     keyspace.Type
	ExpireAt keyspace.ExpireAt
	Planted  bool // the expectation was altered, to see that this is noticed
	Emptied  bool // exists but is empty in the source
	comparer comparer

	Want     int64 // elements (bytes of a string) expected in the parts so far
	Present  int64 // of them found
	Deferred int64 // extra elements that somebody else has to name

	Fields FieldTimes // of a hash

	uncounted   bool // a stream of a source that does not know how much was added and read
	wrongType   bool
	Unsupported bool     // the server has no command for it
	Unanswered  bool     // the server answers with an error, or oddly
	hidden      []Kind   // of the differences that the server does not show
	Changes     []string // what tells that it changed while it was read

	Diffs    []Difference
	more     int64  // beyond maxPerKey
	Negative int64  // scores of -0 that read as 0, where the server may not hold them
	Doubt    string // what cannot be told of a key that is equal otherwise, for people
}

// NewState returns what is known of a key before it was read.
func NewState(k keyspace.Key) State {
	return State{DB: k.DB, Name: k.Name, Type: k.Value.Type(), ExpireAt: k.ExpireAt}
}

// Add adds a difference of the key.
func (st *State) Add(d Difference) {
	if len(st.Diffs) >= MaxPerKey {
		st.more += d.Weight()
		return
	}
	d.DB, d.Key, d.Type = st.DB, Bytes(st.Name), st.Type.String()
	st.Diffs = append(st.Diffs, d)
}

// Path returns where the differences of the key are.
func (st *State) Path() string { return KeyPath(st.Name) }

// Forget drops what was found of a key that is not there.
func (st *State) Forget() { st.Diffs, st.more, st.Negative, st.Doubt = nil, 0, 0, "" }

// Differences returns all differences of the key, the uncounted rest as one.
func (st *State) Differences() []Difference {
	if st.more > 0 {
		more := st.more
		st.more = 0
		st.Diffs = append(st.Diffs, Difference{
			Kind: KindMore, DB: st.DB, Key: Bytes(st.Name), Type: st.Type.String(),
			Path: st.Path(), Count: more, Detail: "further differences of this key",
		})
	}
	return st.Diffs
}

// Unasked reports whether the server did not answer what a difference of the
// kind shows in. Why is listed as unchecked.
func (st *State) Unasked(kind Kind) bool {
	return st.Unsupported || st.Unanswered || slices.Contains(st.hidden, kind)
}

// nothingFound reports whether the key is there and nothing of it was found:
// not every server refuses to show a key as another type than it has.
func (st *State) nothingFound() bool {
	return len(st.Diffs) > 0 && st.Present == 0 && st.Want > 0 && st.Type != keyspace.TypeString && st.Type != keyspace.TypeOpaque
}

// ExistsEmpty reports whether a Redis keeps a key of the type without elements.
func ExistsEmpty(typ keyspace.Type) bool { return collections[typ].length == "" }
