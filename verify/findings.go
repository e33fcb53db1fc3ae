package verify

import (
	"maps"
	"slices"
)

// maxUnanswered bounds the keys that are named because they are unreadable on
// the target.
const maxUnanswered = 20

// KeyRef names a key.
type KeyRef struct {
	DB  int   `json:"db"`
	Key Bytes `json:"key"`
}

// Unanswered is a key that is unreadable on the target.
type Unanswered struct {
	KeyRef
	Type string `json:"type"`
	Why  string `json:"why"` // the command and the words of the server, escaped
}

// findings is what reading has shown beside differences, for people.
type findings struct {
	missing    reasons // commands that the server lacks, and with them keys
	unchecked  reasons
	invalid    reasons
	unanswered []Unanswered // the first of them
}

func newFindings() findings {
	return findings{missing: reasons{}, unchecked: reasons{}, invalid: reasons{}}
}

func (f *findings) merge(o *findings) {
	f.missing.merge(o.missing)
	f.unchecked.merge(o.unchecked)
	f.invalid.merge(o.invalid)
	f.unanswered = append(f.unanswered, o.unanswered...)
	f.unanswered = f.unanswered[:min(len(f.unanswered), maxUnanswered)]
}

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
