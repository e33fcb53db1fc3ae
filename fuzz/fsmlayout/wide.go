package fsmlayout

import (
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// wide is what tells hashes, sets and sorted sets apart: the types whose
// elements have a row each, or one row together.
type wide struct {
	names      []string // of the elements
	rank       int
	blobRank   int
	delta      func(ts uint64, seq uint32, n int64) fsmtest.Row
	blob       func() (row fsmtest.Row, twice bool) // see blob
	hidden     fsmtest.Row                          // a blob of something else
	deletedRow func(name string) []fsmtest.Row      // of an element
}

// drawWide draws how a hash, set or sorted set is stored.
func (b *builder) drawWide(name string, v keyspace.Value, w wide) encoding {
	t, n := v.Type().String(), v.Len()
	l := rapid.SampledFrom(fsmtest.Layouts(v.Type())).Draw(b.T, "layout")
	if l.Deltas > 0 {
		l.Deltas = rapid.IntRange(1, 4).Draw(b.T, "deltas")
	}
	if n == 0 && l.Form == fsmtest.FormCurrent && l.MetaBytes == 0 && l.Deltas == 0 {
		l.MetaBytes = 8 // no row at all is no key
	}
	e := encoding{value: v, rank: w.rank}
	if l.Form == fsmtest.FormLegacy && l.MetaBytes == 0 && l.Deltas == 0 {
		e.rank = w.blobRank // a meta or delta row gives the blob's contents the rank of the wide encoding
	}
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 16)
	if l.Form == fsmtest.FormLegacy {
		row, twice := w.blob()
		if twice {
			b.Feature(t + " blob with an element twice")
			e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteDuplicate, Element: &w.names[0]})
		}
		if n == 0 && b.OneIn(2, "no bytes") {
			b.Feature(t + " blob without bytes")
			row.Body = nil
		}
		e.rows[len(e.rows)-1] = row
		return e
	}
	for i := range e.rows {
		if v.Type() == keyspace.TypeSet && e.rows[i].Body == nil && b.OneIn(8, "member with body") {
			b.Feature("set member with a body")
			e.rows[i].Body = []byte(b.Bytes("body"))
		}
	}
	if n == 0 && b.OneIn(3, "without elements") {
		e.lost, e.rows = true, append(e.rows, w.delta(b.ts(0), 98, 3))
	}
	if n > 0 && b.OneIn(8, "wrong length") {
		b.Feature(t + " wrong length")
		by := rapid.SampledFrom([]int64{50, -50}).Draw(b.T, "wrong by")
		e.rows = append(e.rows, w.delta(b.ts(0), 99, by))
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteCounter})
	}
	if n > 0 && b.OneIn(8, "blob below") {
		e.below, e.rows = true, append(e.rows, w.hidden)
		b.Feature(t + " blob below")
	}
	for _, deleted := range b.Distinct("deleted elements") {
		if !slices.Contains(w.names, deleted) {
			for _, row := range w.deletedRow(deleted) {
				b.ghost(row)
			}
		}
	}
	return e
}

// blob draws the row of all elements: in any order, or with the first one twice,
// of which the latter counts.
func blob[E any](b *builder, v []E, other func(E) E, row func(...E) fsmtest.Row) (r fsmtest.Row, twice bool) {
	stored := rapid.Permutation(v).Draw(b.T, "blob order")
	if len(v) > 0 && b.OneIn(4, "element twice") {
		return row(append([]E{other(v[0])}, stored...)...), true
	}
	return row(stored...), false
}

// namesOf returns the names of elements.
func namesOf[E any](v []E, name func(E) string) []string {
	names := make([]string, len(v))
	for i, e := range v {
		names[i] = name(e)
	}
	return names
}
