package fsmlayout

import (
	"math"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawList(name string) encoding {
	v, _ := b.Value(keyspace.TypeList).(keyspace.List)
	l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeList)).Draw(b.T, "layout")
	switch {
	case l.NewDeltas > 0 && l.NewDeltas < l.Deltas:
		l.Deltas = rapid.IntRange(2, 4).Draw(b.T, "deltas")
		l.NewDeltas = rapid.IntRange(1, l.Deltas-1).Draw(b.T, "new deltas")
	case l.NewDeltas > 0:
		l.Deltas = rapid.IntRange(1, 4).Draw(b.T, "deltas")
		l.NewDeltas = l.Deltas
	case l.Deltas > 0:
		l.Deltas = rapid.IntRange(1, 4).Draw(b.T, "deltas")
	}
	l.Head = rapid.OneOf(
		rapid.Int64Range(-9, 9), rapid.SampledFrom([]int64{math.MinInt64 + 20, math.MaxInt64 - 30}),
	).Draw(b.T, "head")
	b.head = l.Head
	if l.Head < -1<<32 || l.Head > 1<<32 {
		b.Feature("list at an end of the positions")
	}
	k := fsmtest.List(name)
	e := encoding{rank: rankList}
	e.rows, e.inlineMs = b.layoutRows(name, v, l, 32)
	if len(v) > 0 && b.OneIn(8, "hole") {
		b.Feature("list with a hole")
		hole := rapid.IntRange(0, len(v)-1).Draw(b.T, "hole at")
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
	for range rapid.IntRange(0, 2).Draw(b.T, "items outside") {
		seq := head - 1 - int64(rapid.IntRange(0, 2).Draw(b.T, "before"))
		if b.OneIn(2, "after") {
			seq = head + n + int64(rapid.IntRange(0, 2).Draw(b.T, "behind"))
		}
		if b.OneIn(2, "stale item") {
			if b.noise(k.Item(seq, "stale")) {
				visible++
			}
			b.Feature("list stale item")
		} else {
			b.ghost(k.Item(seq, "popped"))
			b.Feature("list popped item")
		}
		b.Feature("list claim")
		b.noise(k.Claim(seq))
	}
	if b.OneIn(4, "claim inside") {
		b.Feature("list claim")
		b.noise(k.Claim(head))
	}
	return visible
}

// listElement returns the element in slot j, at the sequence number head + j.
func (p plan) listElement(j int64) string {
	r := p.element(j)
	return r.value(4, 40)
}

// popped returns how many elements were popped from the head.
func (p plan) popped() int64 { return p.elements / 10 }

func (e *emitter) listClaims() {
	e.each(keyspace.TypeList, func(p plan) {
		if _, big := e.s.Profile.bigType(); big {
			return
		}
		for j := range p.popped() {
			e.record(fsmtest.List(p.name).Claim(p.head + j).At(p.ts))
		}
	})
}

// listDeltas pops from the head: with a meta row each moves it by one; without,
// the first one makes the list.
func (e *emitter) listDeltas() {
	e.each(keyspace.TypeList, func(p plan) {
		for i := range int64(p.deltas) {
			head, n := int64(1), int64(-1)
			if i == 0 && p.metaBytes == 0 {
				head, n = p.firstSeq()-int64(p.deltas)+1, p.elements+int64(p.deltas)-1
			}
			e.put(p, p.rng.at(-3-i), false, fsmtest.List(p.name).Delta(p.ts, uint32(i), head, n))
		}
	})
}

func (p plan) firstSeq() int64 { return p.head + p.popped() }
