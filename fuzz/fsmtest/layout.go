package fsmtest

import (
	"fmt"

	"redrill/keyspace"
)

// Form is the encoding of a key's values.
type Form uint8

// The forms a key can have.
const (
	FormCurrent Form = iota
	FormLegacy       // a collection in one row, a string or HyperLogLog without envelope
	FormBare         // a string without prefix
)

// String names the form.
func (f Form) String() string { return [...]string{"current", "legacy", "bare"}[f] }

// Layout chooses how the rows of one key look. The zero value is what fits
// every type but streams: the current form, no meta row.
type Layout struct {
	Form Form
	// MetaBytes is the size of the meta row's body: 0 (none), 8 or 16 for
	// hashes, sets and sorted sets, 24 or 32 for lists, 24, 32 or 48 for streams.
	MetaBytes int
	// Deltas is the number of delta rows. Together with the meta row they sum
	// up to the key's length. A list without meta row needs one.
	Deltas int
	// NewDeltas is how many of a list's deltas, the first ones, have the prefix
	// of later servers.
	NewDeltas int
	// Head is the sequence number of a list's first element.
	Head int64
	// RawExpireMs, if not 0, is written instead of the key's own expire time:
	// for times above 2^63-1, which are read as 2^63-1.
	RawExpireMs uint64
	// NoTTL leaves out the row of the TTL index. Without it a key with an
	// expire time gets one in every layout, as current nodes write it.
	NoTTL bool
}

// String names the layout as "legacy meta=16 deltas=2".
func (l Layout) String() string {
	return fmt.Sprintf("%v meta=%d deltas=%d head=%d", l.Form, l.MetaBytes, l.Deltas, l.Head)
}

// Layouts returns every layout of a type once, with one choice of delta rows
// and head.
func Layouts(t keyspace.Type) []Layout {
	switch t {
	case keyspace.TypeString:
		return []Layout{{}, {Form: FormLegacy}, {Form: FormBare}}
	case keyspace.TypeHyperLogLog:
		return []Layout{{}, {Form: FormLegacy}}
	case keyspace.TypeHash, keyspace.TypeSet, keyspace.TypeZSet:
		return []Layout{
			{}, {MetaBytes: 8}, {MetaBytes: 16}, {Deltas: 3}, {MetaBytes: 8, Deltas: 1},
			{MetaBytes: 16, Deltas: 2}, {Form: FormLegacy}, {Form: FormLegacy, MetaBytes: 16},
			{Form: FormLegacy, Deltas: 1},
		}
	case keyspace.TypeList:
		return []Layout{
			{MetaBytes: 24}, {MetaBytes: 32}, {Deltas: 1}, {Deltas: 3, Head: -2},
			{MetaBytes: 24, Deltas: 2, Head: 5}, {MetaBytes: 32, Deltas: 1, Head: -7},
			{Deltas: 2, NewDeltas: 2}, {Deltas: 3, NewDeltas: 1, Head: 4},
			{MetaBytes: 24, Deltas: 2, NewDeltas: 2}, {MetaBytes: 32, Deltas: 2, NewDeltas: 1, Head: -3},
		}
	case keyspace.TypeStream:
		return []Layout{{MetaBytes: 24}, {MetaBytes: 32}, {MetaBytes: 48}}
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

// Holds reports whether the rows of l can say all that k holds. What does not
// fit: a time of 1970 in a meta row, where 0 is none, a largest deleted ID in a
// short stream meta, values that another encoding would claim, and an empty
// collection without a row that makes it exist.
func (l Layout) Holds(k keyspace.Key) bool {
	ms, expires := k.ExpireAt.Ms()
	if expires && ms < 0 || expires && ms == 0 && l.inline(k.Value.Type()) {
		return false
	}
	switch v := k.Value.(type) {
	case keyspace.String:
		return l.Form != FormLegacy || len(v) < 2 || v[:2] != "\xff\x01"
	case keyspace.Stream:
		return v.MaxDeletedID.IsZero() || l.MetaBytes == 48
	case keyspace.List:
		return l.MetaBytes > 0 || l.Deltas > 0
	case keyspace.Hash, keyspace.Set, keyspace.ZSet:
		return v.Len() > 0 || l.MetaBytes > 0 || l.Deltas > 0 || l.Form == FormLegacy
	case keyspace.HyperLogLog:
	case keyspace.Array, keyspace.Opaque:
	}
	return true
}

// inline reports whether a layout of the type carries the expire time in the
// row that makes the key exist, so that the TTL index does not count.
func (l Layout) inline(t keyspace.Type) bool {
	switch t {
	case keyspace.TypeString, keyspace.TypeHyperLogLog:
		return false // 0 is a time there
	case keyspace.TypeHash, keyspace.TypeSet, keyspace.TypeZSet:
		return l.MetaBytes == 16
	case keyspace.TypeList, keyspace.TypeStream:
		return l.MetaBytes >= 32
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return false
}

// Rows returns the rows of k, which must be whole, in no particular order: meta
// row, delta rows, elements or blob, TTL index.
func (l Layout) Rows(k keyspace.Key) ([]Row, error) {
	if !k.Whole() || !l.Holds(k) {
		return nil, fmt.Errorf("rows of key %q: layout %v cannot hold it", k.Name, l)
	}
	signed, expires := k.ExpireAt.Ms()
	ms := uint64(signed)
	if l.RawExpireMs != 0 {
		ms = l.RawExpireMs
	}
	var rows []Row
	switch v := k.Value.(type) {
	case keyspace.String:
		rows = l.stringRows(String(k.Name), string(v), ms, expires)
	case keyspace.HyperLogLog:
		rows = l.hyperLogLogRows(HyperLogLog(k.Name), v, ms, expires)
	case keyspace.Hash:
		rows = l.hashRows(Hash(k.Name), v, ms)
	case keyspace.List:
		rows = l.listRows(List(k.Name), v, ms)
	case keyspace.Set:
		rows = l.setRows(Set(k.Name), v, ms)
	case keyspace.ZSet:
		rows = l.zsetRows(ZSet(k.Name), v, ms)
	case keyspace.Stream:
		rows = l.streamRows(Stream(k.Name), v, ms)
	case keyspace.Array, keyspace.Opaque:
	}
	if expires && !l.NoTTL {
		rows = append(rows, TTL(k.Name, ms))
	}
	return rows, nil
}
