package verify

import (
	"maps"
	"slices"
)

// reasons is a set of sentences for people. Some quote the server, which may
// answer something else every time: the first are kept.
type reasons map[string]bool

const (
	maxReasons  = 20
	moreReasons = "there are more reasons of this kind, which are not listed"
)

func (r reasons) add(text string) {
	if len(r) >= maxReasons && !r[text] {
		text = moreReasons
	}
	r[text] = true
}

func (r reasons) merge(o reasons) {
	for _, text := range o.sorted() {
		r.add(text)
	}
}

func (r reasons) sorted() []string { return slices.Sorted(maps.Keys(r)) }
