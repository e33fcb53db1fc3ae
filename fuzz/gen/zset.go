package gen

import (
	"math"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawZSet(name string) encoding {
	var v keyspace.ZSet
	var notes []keyspace.Note
	for _, member := range b.distinct("zset") {
		m := keyspace.Member{Name: member, Score: drawScore(b.t)}
		if n := len(v); n > 0 && b.oneIn(6, "one ulp above") {
			m.Score = math.Nextafter(v[n-1].Score, math.Inf(1))
		}
		v = append(v, m)
		if math.IsNaN(m.Score) {
			notes = append(notes, keyspace.Note{Kind: keyspace.NoteUnrepresentable, Element: &m.Name})
		}
	}
	k, l := fsmtest.ZSet(name), b.wideLayout(keyspace.TypeZSet, len(v))
	e := encoding{value: v, rank: wideRank(l, rankZSet, rankZSetBlob), notes: notes}
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 16)
	if l.Form == fsmtest.FormLegacy {
		b.zsetBlob(&e, k, v)
		return e
	}
	if len(v) == 0 && b.oneIn(3, "without elements") {
		e.lost, e.rows = true, append(e.rows, k.Delta(b.ts(0), 98, 3))
	}
	if len(v) > 0 && b.oneIn(8, "wrong length") {
		b.feature("zset wrong length")
		e.rows = append(e.rows, k.Delta(b.ts(0), 99, 50))
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteCounter})
	}
	if len(v) > 0 && b.oneIn(8, "blob below") {
		e.below, e.rows = true, append(e.rows, k.Blob(keyspace.Member{Name: "hidden", Score: 1}))
		b.feature("zset blob below")
	}
	for _, member := range b.distinct("deleted members") {
		if !hasName(v, func(m keyspace.Member) string { return m.Name }, member) {
			b.ghost(k.Member(member, 1))
			b.ghost(k.Score(member, 1))
		}
	}
	return e
}

// zsetBlob replaces the blob of a sorted set by one in another order, or with
// a member twice.
func (b *builder) zsetBlob(e *encoding, k fsmtest.ZSet, v keyspace.ZSet) {
	stored := rapid.Permutation([]keyspace.Member(v)).Draw(b.t, "blob order")
	if len(v) > 0 && b.oneIn(4, "member twice") {
		b.feature("zset blob with an element twice")
		stored = append([]keyspace.Member{{Name: v[0].Name, Score: 77}}, stored...)
		e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteDuplicate, Element: &v[0].Name})
	}
	e.rows[len(e.rows)-1] = k.Blob(stored...)
	if len(v) == 0 && b.oneIn(2, "no bytes") {
		b.feature("zset blob without bytes")
		e.rows[len(e.rows)-1].Body = nil
	}
}
