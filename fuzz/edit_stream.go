package fuzz

import (
	"math"
	"math/rand/v2"
	"slices"

	"redrill/keyspace"
	"redrill/verify"
)

// streamEdits changes entries, or the IDs that a stream remembers. The last ID
// stays where it is unless it is what changes.
func streamEdits(v keyspace.Stream, s verify.Server, r *rand.Rand, value func(verify.Kind, string, keyspace.Value)) {
	last := lastOf(v)
	v.LastID = last
	if s.LastID && last != (keyspace.ID{Ms: math.MaxUint64, Seq: math.MaxUint64}) {
		changed := v
		changed.LastID = after(last)
		value(verify.KindLastID, "the last ID", changed)
	}
	if s.MaxDeletedID && v.MaxDeletedID.Compare(last) < 0 {
		changed := v
		changed.MaxDeletedID = last
		value(verify.KindMaxDeletedID, "the largest deleted ID", changed)
	}
	// No server says that fewer entries were added than there are.
	added, counted := v.EntriesAdded.Get()
	full := counted && s.EntriesAdded && added <= uint64(len(v.Entries))
	if id, ok := freeID(v.Entries, last); ok && !full {
		changed := v
		changed.Entries = append(slices.Clip(v.Entries), keyspace.Entry{ID: id, Pairs: []keyspace.Pair{{Field: "more", Value: ""}}})
		slices.SortFunc(changed.Entries, func(a, b keyspace.Entry) int { return a.ID.Compare(b.ID) })
		value(verify.KindEntryExtra, "an entry more", changed)
	}
	if len(v.Entries) == 0 {
		return
	}
	at := r.IntN(len(v.Entries))
	changed := v
	changed.Entries = without(v.Entries, at)
	value(verify.KindEntryMissing, "an entry less", changed)
	for what, pairs := range pairEdits(v.Entries[at].Pairs, r) {
		changed.Entries = slices.Clone(v.Entries)
		changed.Entries[at].Pairs = pairs
		value(verify.KindEntryFields, what, changed)
	}
}

// lastOf returns the last ID of a stream on a server.
func lastOf(v keyspace.Stream) keyspace.ID {
	if n := len(v.Entries); n > 0 {
		return keyspace.MaxID(v.LastID, v.Entries[n-1].ID)
	}
	return v.LastID
}

// after returns the next ID.
func after(id keyspace.ID) keyspace.ID {
	if id.Seq == math.MaxUint64 {
		return keyspace.ID{Ms: id.Ms + 1}
	}
	return keyspace.ID{Ms: id.Ms, Seq: id.Seq + 1}
}

// freeID returns an ID up to the last one that no entry has.
func freeID(entries []keyspace.Entry, last keyspace.ID) (id keyspace.ID, ok bool) {
	id = keyspace.ID{Seq: 1}
	for _, e := range entries {
		if id.Compare(e.ID) < 0 {
			break
		}
		if id = e.ID; id.Compare(last) < 0 {
			id = after(id)
		}
	}
	taken := slices.ContainsFunc(entries, func(e keyspace.Entry) bool { return e.ID == id })
	return id, !taken && id.Compare(last) <= 0
}

// pairEdits returns changes of the fields of an entry: order, a duplicate
// collapsed, a byte, one more.
func pairEdits(pairs []keyspace.Pair, r *rand.Rand) func(yield func(string, []keyspace.Pair) bool) {
	return func(yield func(string, []keyspace.Pair) bool) {
		altered := slices.Clone(pairs)
		at := r.IntN(len(pairs))
		altered[at].Value = alter(altered[at].Value, r)
		if !yield("a byte of a value", altered) || !yield("a field more", append(slices.Clip(pairs), keyspace.Pair{Field: "more"})) {
			return
		}
		for i := 1; i < len(pairs); i++ {
			if pairs[i] != pairs[i-1] {
				swapped := slices.Clone(pairs)
				swapped[i], swapped[i-1] = pairs[i-1], pairs[i]
				if !yield("two fields swapped", swapped) {
					return
				}
				break
			}
		}
		for i := range pairs {
			again := slices.ContainsFunc(pairs[i+1:], func(p keyspace.Pair) bool { return p.Field == pairs[i].Field })
			if again {
				yield("a duplicate field collapsed", without(pairs, i))
				return
			}
		}
	}
}
