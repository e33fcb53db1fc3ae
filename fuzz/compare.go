package fuzz

import (
	"fmt"
	"slices"
	"strings"

	"redrill/fuzz/layout"
	"redrill/keyspace"
	"redrill/verify"
)

// The kinds of differences between what is expected and what was decoded that a
// server cannot have. For the others the kinds of verify are used.
const (
	kindNote  verify.Kind = "note"  // a note too many or too few
	kindCount verify.Kind = "count" // a number of notes
	// kindFunctions are libraries of functions that are others.
	kindFunctions verify.Kind = "functions"
)

// compare returns the differences between what is expected and what was
// decoded. It looks at keys as a whole: the values stand in Want and Got.
func compare(want, got Expectation) []verify.Difference {
	diffs := compareKeys(want.Keys, got.Keys)
	if !slices.Equal(want.Functions, got.Functions) {
		diffs = append(diffs, verify.Difference{
			Kind: kindFunctions, Path: "functions", Want: fmt.Sprintf("%q", want.Functions), Got: fmt.Sprintf("%q", got.Functions),
		})
	}
	wantNotes, gotNotes := describeAll(want.Notes), describeAll(got.Notes)
	for _, text := range wantNotes {
		if _, found := slices.BinarySearch(gotNotes, text); !found {
			diffs = append(diffs, verify.Difference{Kind: kindNote, Path: "notes", Want: text})
		}
	}
	for _, text := range gotNotes {
		if _, found := slices.BinarySearch(wantNotes, text); !found {
			diffs = append(diffs, verify.Difference{Kind: kindNote, Path: "notes", Got: text})
		}
	}
	if want.Counts == nil {
		return diffs
	}
	for _, kind := range layout.Counted {
		if w, g := want.Counts[kind], got.Counts[kind]; w != g {
			diffs = append(diffs, verify.Difference{Kind: kindCount, Path: "count of " + string(kind), Want: fmt.Sprint(w), Got: fmt.Sprint(g)})
		}
	}
	return diffs
}

// compareKeys compares keys that ascend by database and name.
func compareKeys(want, got []keyspace.Key) (diffs []verify.Difference) {
	for w, g := range keyspace.Paired(want, got) {
		switch {
		case g == nil:
			diffs = append(diffs, keyDifference(verify.KindMissing, *w, show(*w), ""))
		case w == nil:
			diffs = append(diffs, keyDifference(verify.KindExtra, *g, "", show(*g)))
		default:
			changes := keyspace.Diff(*w, *g)
			if len(changes) == 0 {
				continue
			}
			kind := verify.KindValue
			if w.Value.Type() != g.Value.Type() {
				kind = verify.KindType
			}
			diffs = append(diffs, keyDifference(kind, *w, show(*w), show(*g)))
		}
	}
	return diffs
}

func keyDifference(kind verify.Kind, k keyspace.Key, want, got string) verify.Difference {
	return verify.Difference{
		Kind: kind, DB: k.DB, Key: verify.Bytes(k.Name), Type: k.Value.Type().String(),
		Path: k.Label(), Want: want, Got: got,
	}
}

// show returns a key's value and expire time for people.
func show(k keyspace.Key) string {
	const limit = 2000
	text := strings.TrimPrefix(fmt.Sprintf("%q expires %v", k.Value, k.ExpireAt), "keyspace.")
	if _, ok := k.Value.(keyspace.ZSet); ok {
		text = fmt.Sprintf("%+v expires %v", k.Value, k.ExpireAt)
	}
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return text
}

// plainNaN returns the expectation with one NaN for all: a dump does not keep
// their bits.
func plainNaN(e Expectation) Expectation {
	e.Keys = slices.Clone(e.Keys)
	for i, k := range e.Keys {
		e.Keys[i] = keyspace.OneNaN(k)
	}
	return e
}
