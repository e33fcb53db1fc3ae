package fuzz

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"redrill/fuzz/gen"
	"redrill/keyspace"
)

// Input is an opened snapshot or dump.
type Input interface {
	// Keys returns the sequence of keys and calls note with each note.
	Keys(note func(keyspace.Note)) keyspace.Seq
	// Counted returns the kinds that are only counted, once a sequence has ended.
	Counted() keyspace.Tally
	// Source says where the keys come from.
	Source() keyspace.Source
}

// Expectation is what a snapshot holds.
type Expectation struct {
	Keys []keyspace.Key // whole, in canonical order, ascending by name
	// Notes are those of the kinds that a scenario predicts, see
	// [gen.Predicted], with kind, name, type and element only.
	Notes []keyspace.Note
	// Counts are the numbers of notes of the kinds in comparedCounts; nil means
	// that they are not known.
	Counts keyspace.Tally
}

// comparedCounts are the kinds that are only counted and that a scenario predicts.
var comparedCounts = [...]keyspace.NoteKind{keyspace.NoteUnknown, keyspace.NoteUnresolved, keyspace.NoteOrphanTTL}

func expectationOf(s gen.Scenario) Expectation {
	return Expectation{Keys: s.Keys, Notes: s.Notes, Counts: s.Counts}
}

// observe reads all of a source.
func observe(src Input) (Expectation, error) {
	var parts []keyspace.Key
	var e Expectation
	seen := map[string]bool{}
	note := func(n keyspace.Note) {
		if text := describe(n); gen.Predicted(n.Kind) && !seen[text] {
			seen[text] = true
			e.Notes = append(e.Notes, n)
		}
	}
	for k, err := range src.Keys(note) {
		if err != nil {
			return e, fmt.Errorf("keys: %w", err)
		}
		parts = append(parts, k)
	}
	e.Counts = src.Counted()
	if e.Counts == nil {
		e.Counts = keyspace.Tally{}
	}
	var err error
	e.Keys, err = assemble(parts)
	slices.SortFunc(e.Keys, func(a, b keyspace.Key) int { return strings.Compare(a.Name, b.Name) })
	return e, err
}

// describe returns what is compared of a note.
func describe(n keyspace.Note) string {
	element := "none"
	if n.Element != nil {
		element = fmt.Sprintf("%q", *n.Element)
	}
	return fmt.Sprintf("%v of %v %q, element %s", n.Kind, n.Type, n.Name, element)
}

func describeAll(notes []keyspace.Note) []string {
	texts := make([]string, 0, len(notes))
	for _, n := range notes {
		texts = append(texts, describe(n))
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// assemble joins the parts of keys and brings unordered collections into
// canonical order.
func assemble(parts []keyspace.Key) ([]keyspace.Key, error) {
	var keys []keyspace.Key
	seen := map[string]bool{}
	more := false
	for _, k := range parts {
		switch {
		case !more && (k.Part != 0 || seen[k.Name]):
			return nil, fmt.Errorf("key %q starts with part %d, seen before: %v", k.Name, k.Part, seen[k.Name])
		case !more:
			keys = append(keys, k)
		default:
			last := &keys[len(keys)-1]
			if last.Name != k.Name || last.Part+1 != k.Part || last.ExpireAt != k.ExpireAt {
				return nil, fmt.Errorf("part %d of key %q after part %d of %q", k.Part, k.Name, last.Part, last.Name)
			}
			v, err := join(last.Value, k.Value)
			if err != nil {
				return nil, fmt.Errorf("part %d of key %q: %w", k.Part, k.Name, err)
			}
			last.Value, last.Part = v, k.Part
		}
		seen[k.Name], more = true, k.More
		keys[len(keys)-1].More = false
	}
	if more {
		return nil, errors.New("the last part has more")
	}
	for i := range keys {
		keys[i].Part = 0
		order(keys[i].Value)
	}
	return keys, nil
}

func join(a, b keyspace.Value) (keyspace.Value, error) {
	if a.Type() != b.Type() {
		return nil, fmt.Errorf("a %v continues a %v", b.Type(), a.Type())
	}
	switch a := a.(type) {
	case keyspace.String:
		next, _ := b.(keyspace.String)
		return a + next, nil
	case keyspace.Hash:
		next, _ := b.(keyspace.Hash)
		return append(a, next...), nil
	case keyspace.List:
		next, _ := b.(keyspace.List)
		return append(a, next...), nil
	case keyspace.Set:
		next, _ := b.(keyspace.Set)
		return append(a, next...), nil
	case keyspace.ZSet:
		next, _ := b.(keyspace.ZSet)
		return append(a, next...), nil
	case keyspace.Stream:
		next, _ := b.(keyspace.Stream)
		if a.LastID != next.LastID || a.MaxDeletedID != next.MaxDeletedID {
			return nil, errors.New("the parts disagree about the stream")
		}
		a.Entries = append(a.Entries, next.Entries...)
		return a, nil
	case keyspace.HyperLogLog:
		next, _ := b.(keyspace.HyperLogLog)
		return append(a, next...), nil
	}
	return nil, errors.New("no such type")
}

func order(v keyspace.Value) {
	switch v := v.(type) {
	case keyspace.Hash:
		slices.SortFunc(v, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
	case keyspace.Set:
		slices.Sort(v)
	case keyspace.ZSet:
		slices.SortFunc(v, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
	case keyspace.HyperLogLog:
		slices.Sort(v)
	case keyspace.String, keyspace.List, keyspace.Stream:
	}
}
