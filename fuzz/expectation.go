package fuzz

import (
	"fmt"
	"slices"

	"redrill/fuzz/layout"
	"redrill/keyspace"
)

// Expectation is what a snapshot holds.
type Expectation struct {
	Keys []keyspace.Key // whole, see [keyspace.Assemble]
	// Functions is the code of function libraries, in the order of the snapshot.
	Functions []string
	// Notes are those of the kinds that a scenario predicts, see
	// [layout.Predicted], with kind, database, name, type and element only.
	Notes []keyspace.Note
	// Counts are the numbers of notes of the kinds in [layout.Counted]; nil means
	// that they are not known.
	Counts keyspace.Tally
}

// source returns what is expected as a source.
func (e Expectation) source() keyspace.Memory {
	return keyspace.Memory{Held: e.Keys, Libraries: e.Functions, Notes: e.Notes, Tally: e.Counts}
}

// observe reads all of a source.
func observe(src keyspace.Source) (Expectation, error) {
	var e Expectation
	seen := map[string]bool{}
	note := func(n keyspace.Note) {
		if text := describe(n); layout.Predicted(n.Kind) && !seen[text] {
			seen[text] = true
			e.Notes = append(e.Notes, n)
		}
	}
	var err error
	if e.Keys, err = keyspace.Assemble(src.Keys(note)); err != nil {
		return e, fmt.Errorf("keys: %w", err)
	}
	e.Functions, e.Counts = src.Functions(), src.Counted()
	if e.Counts == nil {
		e.Counts = keyspace.Tally{}
	}
	return e, nil
}

// describe returns what is compared of a note.
func describe(n keyspace.Note) string {
	element := "none"
	if n.Element != nil {
		element = fmt.Sprintf("%q", *n.Element)
	}
	return fmt.Sprintf("%v of %v %q in database %d, element %s", n.Kind, n.Type, n.Name, n.DB, element)
}

func describeAll(notes []keyspace.Note) []string {
	texts := make([]string, 0, len(notes))
	for _, n := range notes {
		texts = append(texts, describe(n))
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}
