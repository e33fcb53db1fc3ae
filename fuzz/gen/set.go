package gen

import (
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawSet(name string) encoding {
	v := keyspace.Set(b.distinct("set"))
	k, l := fsmtest.Set(name), b.wideLayout(keyspace.TypeSet, len(v))
	e := encoding{value: v, rank: wideRank(l, rankSet, rankSetBlob)}
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 16)
	if l.Form == fsmtest.FormLegacy {
		stored := rapid.Permutation([]string(v)).Draw(b.t, "blob order")
		if len(v) > 0 && b.oneIn(4, "member twice") {
			b.feature("set blob with an element twice")
			stored = append([]string{v[0]}, stored...)
			e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteDuplicate, Element: &v[0]})
		}
		e.rows[len(e.rows)-1] = k.Blob(stored...)
		if len(v) == 0 && b.oneIn(2, "no bytes") {
			b.feature("set blob without bytes")
			e.rows[len(e.rows)-1].Body = nil
		}
		return e
	}
	for i := range e.rows {
		if e.rows[i].Body == nil && b.oneIn(8, "member with body") {
			b.feature("set member with a body")
			e.rows[i].Body = []byte(drawBytes(b.t, "body"))
		}
	}
	if len(v) == 0 && b.oneIn(3, "without elements") {
		e.lost, e.rows = true, append(e.rows, k.Delta(b.ts(0), 98, 3))
	}
	if len(v) > 0 && b.oneIn(8, "wrong length") {
		b.feature("set wrong length")
		e.rows = append(e.rows, k.Delta(b.ts(0), 99, -50))
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteCounter})
	}
	if len(v) > 0 && b.oneIn(8, "blob below") {
		e.below, e.rows = true, append(e.rows, k.Blob("hidden"))
		b.feature("set blob below")
	}
	for _, member := range b.distinct("deleted members") {
		if !slices.Contains(v, member) {
			b.ghost(k.Member(member))
		}
	}
	return e
}
