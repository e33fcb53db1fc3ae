package gen

import (
	"fmt"
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawStream(name string) encoding {
	k := fsmtest.Stream(name)
	if b.oneIn(8, "stream blob") {
		b.feature("stream blob")
		e := encoding{value: keyspace.Stream{}, rank: rankStreamBlob, rows: []fsmtest.Row{k.Blob(b.drawEntries()...)}}
		e.notes = []keyspace.Note{{Kind: keyspace.NoteStreamBlob}}
		return e
	}
	entries := b.drawEntries()
	v := keyspace.Stream{LastID: drawID(b.t, "last")}
	l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeStream)).Draw(b.t, "layout")
	var trimmed keyspace.ID
	if l.MetaBytes == 48 && b.oneIn(2, "trimmed") {
		trimmed = drawID(b.t, "trimmed")
		if len(entries) > 0 && b.oneIn(2, "trimmed at an entry") {
			trimmed = rapid.SampledFrom(entries).Draw(b.t, "trimmed at").ID
		}
		if trimmed.Compare(v.LastID) > 0 {
			v.LastID = trimmed // no cursor is above the last ID
		}
		v.MaxDeletedID = trimmed
		if !trimmed.IsZero() {
			b.feature("stream trimmed")
		}
	}
	var e encoding
	for _, entry := range entries {
		if !trimmed.IsZero() && entry.ID.Compare(trimmed) <= 0 {
			if b.noise(k.Entry(entry)) {
				e.loose++
			}
			b.feature("stream entry below the cursor")
			continue
		}
		v.Entries = append(v.Entries, entry)
	}
	e.rank, e.value = rankStream, v
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 32)
	b.streamOddities(&e, k, v)
	if id := drawID(b.t, "odd entry"); trimmed.Compare(id) < 0 && id.Compare(v.LastID) <= 0 && !hasID(entries, id) && b.oneIn(2, "odd") {
		text := id.String()
		entries = append(entries, keyspace.Entry{ID: id})
		e.rows = append(e.rows, k.EntryText(id, text, "field without value"))
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteUnrepresentable, Element: &text},
			keyspace.Note{Kind: keyspace.NoteCounter}) // the meta row does not count it
		b.feature("stream entry odd")
	}
	for range rapid.IntRange(0, 2).Draw(b.t, "deleted entries") {
		if id := drawID(b.t, "deleted"); !hasID(entries, id) {
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
		if b.oneIn(8, "odd ID text") {
			b.feature("stream ID text")
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

// drawEntries draws entries with ascending IDs; fields may repeat.
func (b *builder) drawEntries() []keyspace.Entry {
	pair := rapid.Custom(func(t *rapid.T) keyspace.Pair {
		return keyspace.Pair{Field: drawBytes(t, "field"), Value: drawBytes(t, "value")}
	})
	entry := rapid.Custom(func(t *rapid.T) keyspace.Entry {
		e := keyspace.Entry{ID: drawID(t, "entry"), Pairs: rapid.SliceOfN(pair, 0, 3).Draw(t, "pairs")}
		if len(e.Pairs) > 0 && rapid.IntRange(0, 3).Draw(t, "field twice") == 3 {
			e.Pairs = append(e.Pairs, keyspace.Pair{Field: e.Pairs[0].Field, Value: drawBytes(t, "value")})
		}
		return e
	})
	id := func(e keyspace.Entry) keyspace.ID { return e.ID }
	entries := atMost(b, rapid.SliceOfNDistinct(entry, 0, 5, id).Draw(b.t, "entries"))
	slices.SortFunc(entries, func(a, b keyspace.Entry) int { return a.ID.Compare(b.ID) })
	return entries
}
