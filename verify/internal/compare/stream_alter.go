package compare

import (
	"slices"

	"redrill/keyspace"
)

func (s *streamKey) alter(d draft) []altered {
	v, _ := d.value().(keyspace.Stream)
	var all []altered
	if d.last {
		all = alteredIDs(v, largestEntry(d.parts), d.server)
	}
	if d.drawn {
		all = append(all, alteredEntries(v, largestEntry(d.parts), d.pick)...)
		all = append(all, alteredGroups(d, v)...)
	}
	return all
}

// alteredEntries returns alterations of the entries of one part. Largest is the
// largest ID of all parts.
func alteredEntries(v keyspace.Stream, largest keyspace.ID, pick drawer) []altered {
	var all []altered
	add := func(kind Kind, path string, entries []keyspace.Entry) {
		changed := v
		changed.Entries = entries
		all = append(all, altered{kind, path, changed})
	}
	if len(v.Entries) == 0 {
		return nil
	}
	i := pick(len(v.Entries))
	e := v.Entries[i]
	path := "/entry " + e.ID.String()
	if e.ID != largest || v.LastID.Compare(largest) >= 0 {
		add(KindEntryExtra, path, without(v.Entries, i))
	}
	for i := 1; i < len(v.Entries); i++ {
		if id := nextID(v.Entries[i-1].ID); id != v.Entries[i].ID {
			fresh := keyspace.Entry{ID: id, Pairs: []keyspace.Pair{{Field: "canary"}}}
			add(KindEntryMissing, "/entry "+id.String(), slices.Insert(slices.Clone(v.Entries), i, fresh))
			break
		}
	}
	for _, a := range alteredPairs(e.Pairs, pick) {
		changed := slices.Clone(v.Entries)
		changed[i].Pairs = a.pairs
		add(KindEntryFields, path+a.path, changed)
	}
	return all
}

type alteredFields struct {
	path  string
	pairs []keyspace.Pair
}

// alteredPairs returns alterations of the fields of an entry: a byte, the order,
// and one more of the same.
func alteredPairs(pairs []keyspace.Pair, pick drawer) []alteredFields {
	if len(pairs) == 0 {
		return []alteredFields{{"/fields", []keyspace.Pair{{Field: "canary"}}}}
	}
	i := pick(len(pairs))
	changed := slices.Clone(pairs)
	changed[i].Value = alterBytes(pairs[i].Value, pick)
	all := []alteredFields{
		{elementPath("", "field", int64(i)) + "/value", changed},
		{"/fields", append(slices.Clone(pairs), pairs[len(pairs)-1])},
	}
	for i := range len(pairs) - 1 {
		a, b := pairs[i], pairs[i+1]
		if a == b {
			continue
		}
		swapped := slices.Clone(pairs)
		swapped[i], swapped[i+1] = b, a
		path := elementPath("", "field", int64(i)) + "/name"
		if a.Field == b.Field {
			path = elementPath("", "field", int64(i)) + "/value"
		}
		return append([]alteredFields{{path, swapped}}, all...)
	}
	return all
}

// alteredIDs returns alterations of what belongs to a stream as a whole, in its
// last part.
func alteredIDs(v keyspace.Stream, largest keyspace.ID, server Server) []altered {
	last := liveLastID(v, largest, server)
	var all []altered
	if next := nextID(last); server.LastID && !next.IsZero() {
		changed := v
		changed.LastID = next
		changed.MaxDeletedID = liveMaxDeletedID(v, last, server) // which must not move with it
		all = append(all, altered{KindLastID, "/last_id", changed})
	}
	deleted := keyspace.ID{}
	if v.MaxDeletedID.IsZero() {
		deleted.Seq = 1
	}
	if server.MaxDeletedID && deleted.Compare(last) <= 0 {
		changed := v
		changed.MaxDeletedID = deleted
		all = append(all, altered{KindMaxDeletedID, "/max_deleted_id", changed})
	}
	if added, known := v.EntriesAdded.Get(); known && server.EntriesAdded {
		changed := v
		changed.EntriesAdded = keyspace.Some(added + 1)
		all = append(all, altered{KindEntriesAdded, "/entries_added", changed})
	}
	if first, known := v.FirstID.Get(); known && !server.ByCommands {
		changed := v
		changed.FirstID = keyspace.Some(nextID(first))
		all = append(all, altered{KindFirstID, "/first_id", changed})
	}
	return all
}

// largestEntry returns the largest ID of the entries of a stream.
func largestEntry(parts []keyspace.Key) (largest keyspace.ID) {
	for _, k := range parts {
		if v, ok := k.Value.(keyspace.Stream); ok && len(v.Entries) > 0 {
			largest = v.Entries[len(v.Entries)-1].ID
		}
	}
	return largest
}
