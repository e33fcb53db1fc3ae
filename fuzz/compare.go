package fuzz

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"redrill/keyspace"
	"redrill/verify"
)

// The kinds of differences between what is expected and what was decoded that a
// server cannot have. For the others the kinds of verify are used.
const (
	kindNote  verify.Kind = "note"  // a note too many or too few
	kindCount verify.Kind = "count" // a number of notes
)

// compare returns the differences between what is expected and what was
// decoded. It looks at keys as a whole: the values stand in Want and Got.
func compare(want, got Expectation) []verify.Difference {
	diffs := compareKeys(want.Keys, got.Keys)
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
	for _, kind := range comparedCounts {
		if w, g := want.Counts[kind], got.Counts[kind]; w != g {
			diffs = append(diffs, verify.Difference{Kind: kindCount, Path: "count of " + string(kind), Want: fmt.Sprint(w), Got: fmt.Sprint(g)})
		}
	}
	return diffs
}

// compareKeys compares keys that ascend by name.
func compareKeys(want, got []keyspace.Key) (diffs []verify.Difference) {
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0].Name < got[0].Name:
			diffs = append(diffs, keyDifference(verify.KindMissing, want[0], show(want[0]), ""))
			want = want[1:]
		case len(want) == 0 || got[0].Name < want[0].Name:
			diffs = append(diffs, keyDifference(verify.KindExtra, got[0], "", show(got[0])))
			got = got[1:]
		default:
			if want[0].Value.Type() != got[0].Value.Type() {
				diffs = append(diffs, keyDifference(verify.KindType, want[0], show(want[0]), show(got[0])))
			} else if !sameKey(want[0], got[0]) {
				diffs = append(diffs, keyDifference(verify.KindValue, want[0], show(want[0]), show(got[0])))
			}
			want, got = want[1:], got[1:]
		}
	}
	return diffs
}

func keyDifference(kind verify.Kind, k keyspace.Key, want, got string) verify.Difference {
	return verify.Difference{
		Kind: kind, DB: k.DB, Key: verify.Bytes(k.Name), Type: k.Value.Type().String(),
		Path: fmt.Sprintf("key %q", k.Name), Want: want, Got: got,
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

func sameKey(a, b keyspace.Key) bool {
	return a.Name == b.Name && a.DB == b.DB && a.ExpireAt == b.ExpireAt && sameValue(a.Value, b.Value)
}

func sameValue(a, b keyspace.Value) bool {
	switch a := a.(type) {
	case keyspace.String:
		return a == b
	case keyspace.Hash:
		b, ok := b.(keyspace.Hash)
		return ok && slices.Equal(a, b)
	case keyspace.List:
		b, ok := b.(keyspace.List)
		return ok && slices.Equal(a, b)
	case keyspace.Set:
		b, ok := b.(keyspace.Set)
		return ok && slices.Equal(a, b)
	case keyspace.ZSet:
		b, ok := b.(keyspace.ZSet)
		return ok && slices.EqualFunc(a, b, func(x, y keyspace.Member) bool {
			return x.Name == y.Name && keyspace.SameScore(x.Score, y.Score)
		})
	case keyspace.Stream:
		b, ok := b.(keyspace.Stream)
		return ok && a.LastID == b.LastID && a.MaxDeletedID == b.MaxDeletedID && slices.EqualFunc(a.Entries, b.Entries, sameEntry)
	case keyspace.HyperLogLog:
		b, ok := b.(keyspace.HyperLogLog)
		return ok && slices.Equal(a, b)
	}
	return false
}

func sameEntry(a, b keyspace.Entry) bool { return a.ID == b.ID && slices.Equal(a.Pairs, b.Pairs) }

// plainNaN returns the expectation with one NaN for all: a dump does not keep
// their bits.
func plainNaN(e Expectation) Expectation {
	e.Keys = slices.Clone(e.Keys)
	for i, k := range e.Keys {
		v, ok := k.Value.(keyspace.ZSet)
		if !ok || !slices.ContainsFunc(v, func(m keyspace.Member) bool { return math.IsNaN(m.Score) }) {
			continue
		}
		v = slices.Clone(v)
		for j := range v {
			if math.IsNaN(v[j].Score) {
				v[j].Score = math.NaN()
			}
		}
		e.Keys[i].Value = v
	}
	return e
}
