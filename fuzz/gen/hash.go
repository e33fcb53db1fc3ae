package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawHash(name string) encoding {
	var v keyspace.Hash
	for _, field := range b.distinct("hash") {
		v = append(v, keyspace.Field{Name: field, Value: drawBytes(b.t, "value")})
	}
	k, l := fsmtest.Hash(name), b.wideLayout(keyspace.TypeHash, len(v))
	e := encoding{value: v, rank: wideRank(l, rankHash, rankHashBlob)}
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 16)
	if l.Form == fsmtest.FormLegacy {
		stored := rapid.Permutation([]keyspace.Field(v)).Draw(b.t, "blob order")
		if len(v) > 0 && b.oneIn(4, "field twice") {
			b.feature("hash blob with an element twice")
			first := keyspace.Field{Name: v[0].Name, Value: "first"}
			stored = append([]keyspace.Field{first}, stored...)
			e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteDuplicate, Element: &v[0].Name})
		}
		e.rows[len(e.rows)-1] = k.Blob(stored...)
		if len(v) == 0 && b.oneIn(2, "no bytes") {
			b.feature("hash blob without bytes")
			e.rows[len(e.rows)-1].Body = nil
		}
		return e
	}
	if len(v) == 0 && b.oneIn(3, "without elements") {
		e.lost, e.rows = true, append(e.rows, k.Delta(b.ts(0), 98, 3))
	}
	if len(v) > 0 && b.oneIn(8, "wrong length") {
		b.feature("hash wrong length")
		e.rows = append(e.rows, k.Delta(b.ts(0), 99, 50))
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteCounter})
	}
	if len(v) > 0 && b.oneIn(8, "blob below") {
		e.below, e.rows = true, append(e.rows, k.Blob(keyspace.Field{Name: "hidden", Value: "x"}))
		b.feature("hash blob below")
	}
	for _, field := range b.distinct("deleted fields") {
		if !hasName(v, func(f keyspace.Field) string { return f.Name }, field) {
			b.ghost(k.Field(field, "gone"))
		}
	}
	return e
}

func hasName[E any](v []E, name func(E) string, want string) bool {
	for _, e := range v {
		if name(e) == want {
			return true
		}
	}
	return false
}
