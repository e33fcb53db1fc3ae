package verify

import (
	"context"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// comparer compares the live value of one key with what is expected of it. There
// is one for each type, in the file of its name. What has to be known of the key
// from its first part to its last is its own.
type comparer interface {
	// plan adds the requests that read the live counterpart of a part.
	plan(q *reader, p *part)
	// compare compares a part with the replies. It reports false if what was read
	// last is no answer to its command.
	compare(ctx context.Context, q *reader, p *part) (ok bool, err error)
	// finish compares what belongs to the key as a whole, with its last part.
	finish(ctx context.Context, q *reader, p *part) (ok bool, err error)
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
	}
	return nil
}

// part is one expected part of a key and the requests that read its live
// counterpart.
type part struct {
	key keyspace.Key // the representable rest of the part; one without a value is not to exist
	st  *state
	place

	content  wire.Slot // the elements of the part
	length   wire.Slot // the length of the whole key, with the last part
	about    wire.Slot // what else is asked: OBJECT ENCODING, XINFO STREAM
	expiry   expirySlots
	optional bool // the content may be refused: there is another way to it
}

// place is where a part of a key begins.
type place struct {
	base int64       // elements before it; bytes for a string
	prev keyspace.ID // the largest ID before it
}

// advance moves the place behind a part.
func (p *place) advance(k keyspace.Key) {
	p.base += int64(k.Value.Len())
	if v, ok := k.Value.(keyspace.Stream); ok && len(v.Entries) > 0 {
		p.prev = v.Entries[len(v.Entries)-1].ID
	}
}

// state is what is known about a key while its parts are compared.
type state struct {
	db       int
	name     string
	typ      keyspace.Type
	expireAt keyspace.ExpireAt
	planted  bool // the expectation was altered, to see that this is noticed
	emptied  bool // exists but is empty in the source
	comparer comparer

	want     int64 // elements (bytes of a string) expected in the parts so far
	present  int64 // of them found
	deferred int64 // extra elements that somebody else has to name

	wrongType   bool
	unsupported bool     // the server has no command for it
	unanswered  bool     // the server answers with an error, or oddly
	hidden      []Kind   // of the differences that the server does not show
	changes     []string // what tells that it changed while it was read

	diffs       []Difference
	more        int64 // beyond maxPerKey
	negative    int64 // scores of -0 that read as 0, where the server may not hold them
	zeroUnknown bool  // it cannot be told whether they were lost
}

func newState(k keyspace.Key) state {
	return state{db: k.DB, name: k.Name, typ: k.Value.Type(), expireAt: k.ExpireAt}
}

func (st *state) add(d Difference) {
	if len(st.diffs) >= maxPerKey {
		st.more += d.weight()
		return
	}
	d.DB, d.Key, d.Type = st.db, Bytes(st.name), st.typ.String()
	st.diffs = append(st.diffs, d)
}

func (st *state) path() string { return keyPath(st.name) }

// forget drops what was found of a key that is not there.
func (st *state) forget() { st.diffs, st.more, st.negative, st.zeroUnknown = nil, 0, 0, false }

// differences returns all differences of the key, the uncounted rest as one.
func (st *state) differences() []Difference {
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

// nothingFound reports whether the key is there and nothing of it was found:
// not every server refuses to show a key as another type than it has.
func (st *state) nothingFound() bool {
	return len(st.diffs) > 0 && st.present == 0 && st.want > 0 && st.typ != keyspace.TypeString
}

// existsEmpty reports whether a Redis keeps a key of the type without elements.
func existsEmpty(typ keyspace.Type) bool { return collections[typ].length == "" }
