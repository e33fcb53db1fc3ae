package fsmlayout

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// drawn draws a scenario of the usual shape.
func drawn(t *rapid.T) layout.Scenario { return Layout{}.Draw(t, gen.Shape{}) }

func TestScenarioModelIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		for i, k := range s.Keys {
			if i > 0 && s.Keys[i-1].Name >= k.Name {
				t.Errorf("key %q after %q", k.Name, s.Keys[i-1].Name)
			}
			if !k.Whole() || !ascends(k.Value) {
				t.Errorf("key %q is not in canonical order: %v", k.Name, k.Value)
			}
		}
		for _, n := range s.Notes {
			if !layout.Predicted(n.Kind) {
				t.Errorf("note of the kind %v, which is not predicted", n.Kind)
			}
		}
	})
}

func ascends(v keyspace.Value) bool {
	switch v := v.(type) {
	case keyspace.Hash:
		return strictly(v, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
	case keyspace.Set:
		return strictly(v, cmp.Compare[string])
	case keyspace.HyperLogLog:
		return strictly(v, cmp.Compare[string])
	case keyspace.ZSet:
		return strictly(v, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
	case keyspace.Stream:
		return strictly(v.Entries, func(a, b keyspace.Entry) int { return a.ID.Compare(b.ID) })
	case keyspace.String, keyspace.List:
	}
	return true
}

func strictly[E any](v []E, compare func(a, b E) int) bool {
	for i := range len(v) - 1 {
		if compare(v[i], v[i+1]) >= 0 {
			return false
		}
	}
	return true
}

// TestScenarioCoverage has a floor under every feature, so that a generator
// that stops drawing something is noticed.
func TestScenarioCoverage(t *testing.T) {
	seen := map[string]int{}
	draw := rapid.Custom(func(t *rapid.T) map[string]int { return drawn(t).Features })
	for seed := range 1500 {
		for feature, n := range draw.Example(seed) {
			seen[feature] += n
		}
	}
	for _, feature := range features() {
		if seen[feature] < 3 {
			t.Errorf("feature %q drawn %d times in 1500 scenarios", feature, seen[feature])
		}
		delete(seen, feature)
	}
	if len(seen) > 0 {
		t.Errorf("features without a floor: %v", slices.Sorted(maps.Keys(seen)))
	}
}

// TestScenarioWithoutKeys: what is left out leaves no row behind.
func TestScenarioWithoutKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := map[int]bool{}
		for i := range 100 {
			all[i] = true
		}
		s := Layout{}.Draw(t, gen.Shape{MinKeys: 1, MaxKeys: 9, Without: all})
		file, ok := s.Snapshot.(snapshot)
		if !ok || s.Drawn == 0 || len(s.Keys)+len(s.Notes)+len(file.records) > 0 {
			t.Errorf("%d keys drawn; left: %d keys, %d notes, %d records", s.Drawn, len(s.Keys), len(s.Notes), len(file.records))
		}
	})
}
