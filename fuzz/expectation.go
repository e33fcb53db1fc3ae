package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"redrill/fuzz/gen"
	"redrill/keyspace"
)

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
var comparedCounts = [...]keyspace.NoteKind{
	keyspace.NoteUnknown, keyspace.NoteUnknownRedis, keyspace.NoteUnresolved, keyspace.NoteDetached, keyspace.NoteOrphanTTL,
}

// source returns what is expected as a source.
func (e Expectation) source() keyspace.Memory {
	return keyspace.Memory{Held: e.Keys, Notes: e.Notes, Tally: e.Counts}
}

func expectationOf(s gen.Scenario) Expectation {
	return Expectation{Keys: s.Keys, Notes: s.Notes, Counts: s.Counts}
}

// observe reads all of a source.
func observe(src keyspace.Source) (Expectation, error) {
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
	var sequence keyspace.Parts
	seen := map[string]bool{}
	for _, k := range parts {
		if err := sequence.Next(k); err != nil {
			return nil, fmt.Errorf("key %q, part %d: %w", k.Name, k.Part, err)
		}
		if k.Part == 0 {
			if seen[k.Name] {
				return nil, fmt.Errorf("key %q occurs twice", k.Name)
			}
			seen[k.Name] = true
			k.More = false
			keys = append(keys, k)
			continue
		}
		last := &keys[len(keys)-1]
		v, err := keyspace.Join(last.Value, k.Value)
		if err != nil {
			return nil, fmt.Errorf("key %q, part %d: %w", k.Name, k.Part, err)
		}
		last.Value = v
	}
	if err := sequence.End(); err != nil {
		return nil, err
	}
	for _, k := range keys {
		keyspace.Sort(k.Value)
	}
	return keys, nil
}
