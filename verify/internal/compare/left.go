package compare

import (
	"fmt"
	"maps"
	"slices"

	"redrill/internal/figures"
)

// left is something that is not compared although source and server both have it: it is
// beyond what is promised.
type left uint8

const (
	leftFirstID left = iota
	leftConsumerTimes
	leftNackOrder
)

// text says for people what is left of n things.
func (l left) text(n int64) string {
	const written = "the keys were written by commands"
	switch l {
	case leftFirstID:
		return fmt.Sprintf("streams: first ID (%s): %s", figures.Count(n, "key"), written)
	case leftConsumerTimes:
		return fmt.Sprintf("streams: when consumers were seen (%s): %s", figures.Count(n, "consumer"), written)
	case leftNackOrder:
		return fmt.Sprintf("streams: order in which entries without an owner are delivered again (%s): no server shows it", figures.Count(n, "ID"))
	}
	return ""
}

// leave counts what is not compared of a key.
func (q *Reader) leave(st *State, what left, n int64) {
	if n > 0 && !st.Planted {
		q.Left[what] += n
	}
}

// Left counts what was not compared by choice.
type Left map[left]int64

// Sorted returns what was left in a stable order, for people.
func (l Left) Sorted() (what []string) {
	for _, k := range slices.Sorted(maps.Keys(l)) {
		what = append(what, k.text(l[k]))
	}
	return what
}

func (l Left) merge(o Left) {
	for what, n := range o {
		l[what] += n
	}
}
