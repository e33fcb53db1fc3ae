package compare

import (
	"maps"
	"slices"
)

// MaxUnanswered bounds the keys that are named because they are unreadable on
// the target.
const MaxUnanswered = 20

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

// Findings is what reading has shown beside differences, for people.
type Findings struct {
	Missing    Reasons // commands that the server lacks, and with them keys
	Unchecked  Reasons
	Invalid    Reasons
	Left       Left         // what was left unchecked by choice
	WithinMs   int64        // the largest uncertainty of a time of a stream that was accepted as equal
	Unanswered []Unanswered // the first of them
}

// NewFindings returns findings to which can be added.
func NewFindings() Findings {
	return Findings{Missing: Reasons{}, Unchecked: Reasons{}, Invalid: Reasons{}, Left: Left{}}
}

// Merge adds what another reader has found.
func (f *Findings) Merge(o *Findings) {
	f.Missing.merge(o.Missing)
	f.Unchecked.merge(o.Unchecked)
	f.Invalid.merge(o.Invalid)
	f.Left.merge(o.Left)
	f.WithinMs = max(f.WithinMs, o.WithinMs)
	f.Unanswered = append(f.Unanswered, o.Unanswered...)
	f.Unanswered = f.Unanswered[:min(len(f.Unanswered), MaxUnanswered)]
}

// Reasons is a set of sentences for people. Some quote the server, which may
// answer something else every time: the first are kept.
type Reasons map[string]bool

const (
	maxReasons  = 20
	moreReasons = "there are more reasons of this kind, which are not listed"
)

// Add adds a sentence.
func (r Reasons) Add(text string) {
	if len(r) >= maxReasons && !r[text] {
		text = moreReasons
	}
	r[text] = true
}

func (r Reasons) merge(o Reasons) {
	for _, text := range o.Sorted() {
		r.Add(text)
	}
}

// Sorted returns the sentences in a stable order.
func (r Reasons) Sorted() []string { return slices.Sorted(maps.Keys(r)) }
