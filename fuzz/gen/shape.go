package gen

import (
	"maps"
	"slices"

	"redrill/keyspace"
)

// Shape says how large a scenario is, and what of it is left out. The zero
// value draws 0 to 6 keys and leaves nothing out. What is left out is drawn
// nevertheless, so that the rest stays nearly the same.
type Shape struct {
	// MinKeys and MaxKeys bound the number of draws of keys. One key in four
	// comes with a neighbour. 0 and 0 mean 0 and 6.
	MinKeys, MaxKeys int
	// Without holds the keys to leave out, with all of their rows: 0 is the
	// first one drawn, [Scenario.Drawn] is how many there are.
	Without map[int]bool
	// MaxElements bounds the elements of a collection; 0 means as drawn. Those
	// from FirstElement on are kept, in the order of drawing.
	FirstElement, MaxElements int
	// Complete leaves out the keys that cannot be read, or of which no Redis can
	// hold all, and does not count their features.
	Complete bool
}

func (s Shape) keys() (low, high int) {
	if s.MaxKeys == 0 {
		return 0, 6
	}
	return s.MinKeys, s.MaxKeys
}

// unless draws a key, and takes back what was drawn if the shape is without it.
func (b *builder) unless(draw func()) {
	before, counts, loose := b.s, maps.Clone(b.s.Counts), b.loose
	if b.shape.Complete {
		before.Features = maps.Clone(b.s.Features)
	}
	draw()
	incomplete := b.shape.Complete && slices.ContainsFunc(b.s.Notes[len(before.Notes):], isLoss)
	if b.shape.Without[b.drawn] || incomplete {
		b.s.Records, b.s.Noise, b.s.Keys, b.s.Notes = before.Records, before.Noise, before.Keys, before.Notes
		b.s.Counts, b.s.Features, b.loose = counts, before.Features, loose
	}
	b.drawn++
}

// isLoss reports whether a note says that something of a key is lost.
func isLoss(n keyspace.Note) bool {
	return n.Kind == keyspace.NoteUnreadable || n.Kind == keyspace.NoteUnrepresentable
}

// atMost shortens a collection to what the shape allows. Keys that are left out
// are drawn as ever, because shorter ones would change what is drawn after them.
func atMost[S ~[]E, E any](b *builder, v S) S {
	if b.shape.MaxElements == 0 || len(v) <= b.shape.MaxElements || b.shape.Without[b.drawn] {
		return v
	}
	v = v[min(b.shape.FirstElement, len(v)):]
	return v[:min(b.shape.MaxElements, len(v))]
}
