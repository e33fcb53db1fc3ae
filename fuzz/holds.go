package fuzz

import (
	"slices"

	"redrill/keyspace"
	"redrill/restore"
)

// holds reports whether commands can bring all of a key to the server. What they
// cannot carry is not restored: what is then reported as missing is the business of
// restore and verify, not of a campaign, which wants to hear of nothing.
func (s Server) holds(k keyspace.Key, asOfMs int64) bool {
	switch v := k.Value.(type) {
	case keyspace.Hash:
		return !slices.ContainsFunc(v, func(f keyspace.Field) bool {
			ms, expires := f.ExpireAt.Ms()
			return expires && (!s.Restore.FieldExpiry || !s.Verify.FieldExpiry || f.ExpireAt.ExpiredAt(asOfMs) || ms > restore.MaxFieldExpiryMs)
		})
	case keyspace.Stream:
		return s.holdsStream(v, asOfMs)
	case keyspace.Array:
		return s.Restore.Arrays && s.Verify.Arrays
	case keyspace.Opaque:
		return false
	case keyspace.String, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.HyperLogLog:
	}
	return true
}

// holdsStream: no command makes a pending entry that nobody owns, or that of an
// entry 0-0, XCLAIM takes no time that is to come, and XSETID no deleted entry above
// the last ID.
func (s Server) holdsStream(v keyspace.Stream, asOfMs int64) bool {
	last := v.LastID
	if n := len(v.Entries); n > 0 {
		last = keyspace.MaxID(last, v.Entries[n-1].ID)
	}
	if v.MaxDeletedID.Compare(last) > 0 || len(v.Groups) > 0 && (!s.Restore.Groups || !s.Restore.Consumers) {
		return false
	}
	for _, g := range v.Groups {
		for _, e := range g.Pending {
			if _, owned := e.Owner.Get(); !owned || e.DeliveredMs > asOfMs || e.ID.IsZero() {
				return false
			}
		}
	}
	return true
}

// lacking is a source without some keys and the notes about them.
type lacking struct {
	keyspace.Source
	dropped map[place]bool
}

// place is where a key is.
type place struct {
	db   int
	name string
}

// Keys implements [keyspace.Source].
func (w lacking) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		kept := func(n keyspace.Note) {
			if !w.dropped[place{n.DB, n.Name}] {
				note(n)
			}
		}
		for k, err := range w.Source.Keys(kept) {
			if err == nil && w.dropped[place{k.DB, k.Name}] {
				continue
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

// held returns what the server can hold of an expectation, and adds the places of the
// others.
func (s Server) held(e Expectation, asOfMs int64, dropped map[place]bool) Expectation {
	for _, k := range e.Keys {
		if !s.holds(k, asOfMs) {
			dropped[place{k.DB, k.Name}] = true
		}
	}
	e.Keys = slices.DeleteFunc(slices.Clone(e.Keys), func(k keyspace.Key) bool { return dropped[place{k.DB, k.Name}] })
	e.Notes = slices.DeleteFunc(slices.Clone(e.Notes), func(n keyspace.Note) bool { return dropped[place{n.DB, n.Name}] })
	if !s.Restore.Functions || !s.Verify.Functions {
		e.Functions = nil
	}
	return e
}
