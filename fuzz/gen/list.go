package gen

import (
	"math"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawList(name string) encoding {
	v := atMost(b, keyspace.List(rapid.SliceOfN(values, 0, 6).Draw(b.t, "list")))
	l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeList)).Draw(b.t, "layout")
	switch {
	case l.NewDeltas > 0 && l.NewDeltas < l.Deltas:
		l.Deltas = rapid.IntRange(2, 4).Draw(b.t, "deltas")
		l.NewDeltas = rapid.IntRange(1, l.Deltas-1).Draw(b.t, "new deltas")
	case l.NewDeltas > 0:
		l.Deltas = rapid.IntRange(1, 4).Draw(b.t, "deltas")
		l.NewDeltas = l.Deltas
	case l.Deltas > 0:
		l.Deltas = rapid.IntRange(1, 4).Draw(b.t, "deltas")
	}
	l.Head = rapid.OneOf(
		rapid.Int64Range(-9, 9), rapid.SampledFrom([]int64{math.MinInt64 + 20, math.MaxInt64 - 30}),
	).Draw(b.t, "head")
	b.head = l.Head
	if l.Head < -1<<32 || l.Head > 1<<32 {
		b.feature("list at an end of the positions")
	}
	k := fsmtest.List(name)
	e := encoding{rank: rankList}
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 32)
	if len(v) > 0 && b.oneIn(8, "hole") {
		b.feature("list with a hole")
		hole := rapid.IntRange(0, len(v)-1).Draw(b.t, "hole at")
		at := len(e.rows) - len(v) + hole
		b.ghost(e.rows[at])
		e.rows = append(e.rows[:at:at], e.rows[at+1:]...)
		v = append(v[:hole:hole], v[hole+1:]...)
		e.loose = b.outside(k, l.Head, int64(len(v))+1)
		e.lost = len(v) == 0
		if len(v) > 0 {
			e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteCounter})
		}
	} else {
		e.loose = b.outside(k, l.Head, int64(len(v)))
	}
	e.value = v
	return e
}

// outside adds items before and after the window of n elements, visible ones
// and deleted ones, and claims of popped and of visible ones. It returns how many
// are visible.
func (b *builder) outside(k fsmtest.List, head, n int64) (visible int) {
	for range rapid.IntRange(0, 2).Draw(b.t, "items outside") {
		seq := head - 1 - int64(rapid.IntRange(0, 2).Draw(b.t, "before"))
		if b.oneIn(2, "after") {
			seq = head + n + int64(rapid.IntRange(0, 2).Draw(b.t, "behind"))
		}
		if b.oneIn(2, "stale item") {
			if b.noise(k.Item(seq, "stale")) {
				visible++
			}
			b.feature("list stale item")
		} else {
			b.ghost(k.Item(seq, "popped"))
			b.feature("list popped item")
		}
		b.feature("list claim")
		b.noise(k.Claim(seq))
	}
	if b.oneIn(4, "claim inside") {
		b.feature("list claim")
		b.noise(k.Claim(head))
	}
	return visible
}
