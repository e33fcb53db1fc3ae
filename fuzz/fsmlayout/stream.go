package fsmlayout

import (
	"fmt"
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawStream(name string) encoding {
	k := fsmtest.Stream(name)
	if b.OneIn(8, "stream blob") {
		b.Feature("stream blob")
		e := encoding{value: keyspace.Stream{}, rank: rankStreamBlob, rows: []fsmtest.Row{k.Blob(b.Entries()...)}}
		e.notes = []keyspace.Note{{Kind: keyspace.NoteStreamBlob}}
		return e
	}
	v, _ := b.Value(keyspace.TypeStream).(keyspace.Stream)
	entries := v.Entries
	v.Entries = nil
	l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeStream)).Draw(b.T, "layout")
	var trimmed keyspace.ID
	if l.MetaBytes == 48 && b.OneIn(2, "trimmed") {
		trimmed = b.ID("trimmed")
		if len(entries) > 0 && b.OneIn(2, "trimmed at an entry") {
			trimmed = rapid.SampledFrom(entries).Draw(b.T, "trimmed at").ID
		}
		if trimmed.Compare(v.LastID) > 0 {
			v.LastID = trimmed // no cursor is above the last ID
		}
		v.MaxDeletedID = trimmed
		if !trimmed.IsZero() {
			b.Feature("stream trimmed")
		}
	}
	var e encoding
	for _, entry := range entries {
		if !trimmed.IsZero() && entry.ID.Compare(trimmed) <= 0 {
			if b.noise(k.Entry(entry)) {
				e.loose++
			}
			b.Feature("stream entry below the cursor")
			continue
		}
		v.Entries = append(v.Entries, entry)
	}
	e.rank, e.value = rankStream, v
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 32)
	b.streamOddities(&e, k, v)
	if id := b.ID("odd entry"); trimmed.Compare(id) < 0 && id.Compare(v.LastID) <= 0 && !hasID(entries, id) && b.OneIn(2, "odd") {
		text := id.String()
		entries = append(entries, keyspace.Entry{ID: id})
		e.rows = append(e.rows, k.EntryText(id, text, "field without value"))
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteUnrepresentable, Element: &text},
			keyspace.Note{Kind: keyspace.NoteCounter}) // the meta row does not count it
		b.Feature("stream entry odd")
	}
	for range rapid.IntRange(0, 2).Draw(b.T, "deleted entries") {
		if id := b.ID("deleted"); !hasID(entries, id) {
			b.ghost(k.Entry(keyspace.Entry{ID: id, Pairs: []keyspace.Pair{{Field: "gone", Value: ""}}}))
		}
	}
	return e
}

func hasID(entries []keyspace.Entry, id keyspace.ID) bool {
	return slices.ContainsFunc(entries, func(e keyspace.Entry) bool { return e.ID == id })
}

// streamOddities changes the rows of entries without changing the value, and
// notes what Redis cannot hold.
func (b *builder) streamOddities(e *encoding, k fsmtest.Stream, v keyspace.Stream) {
	for i, entry := range v.Entries {
		at := len(e.rows) - len(v.Entries) + i
		if b.OneIn(8, "odd ID text") {
			b.Feature("stream ID text")
			fields := make([]string, 0, 2*len(entry.Pairs))
			for _, p := range entry.Pairs {
				fields = append(fields, p.Field, p.Value)
			}
			e.rows[at] = k.EntryText(entry.ID, fmt.Sprintf("0%d-00%d", entry.ID.Ms, entry.ID.Seq), fields...)
		}
		if entry.ID.IsZero() || len(entry.Pairs) == 0 {
			id := entry.ID.String()
			e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteUnrepresentable, Element: &id})
		}
	}
	if n := len(v.Entries); n > 0 && v.Entries[n-1].ID.Compare(v.LastID) > 0 {
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteLastID})
	}
}

// id returns the ID of the entry in slot j: four entries in a millisecond.
func (p plan) id(j int64) keyspace.ID {
	return keyspace.ID{Ms: p.ts>>16 + uint64(j)/4, Seq: uint64(j) % 4}
}

func (p plan) entry(j int64) keyspace.Entry {
	r := p.element(j)
	entry := keyspace.Entry{ID: p.id(j), Pairs: make([]keyspace.Pair, 1+r.below(3))}
	for i := range entry.Pairs {
		entry.Pairs[i] = keyspace.Pair{Field: r.text(1, 8), Value: r.text(4, 30)}
	}
	return entry
}

// trimmed returns the trim cursor: the last deleted entry.
func (p plan) trimmed() (id keyspace.ID) {
	if n := p.elements / 10; n > 0 {
		id = p.id(n - 1)
	}
	return id
}

func (p plan) stream() keyspace.Stream {
	return keyspace.Stream{
		Entries: collect[[]keyspace.Entry](p, p.entry), LastID: p.id(p.slots() - 1), MaxDeletedID: p.trimmed(),
	}
}
