package rdblayout

import (
	"fmt"
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
		drawn := fmt.Sprintf("%#v", s.Keys) // before anybody sorts them
		canonical, err := keyspace.Assemble(keyspace.Memory{Held: s.Keys}.Keys(nil))
		if want := fmt.Sprintf("%#v", canonical); err != nil || drawn != want {
			t.Errorf("drawn %s, %v; in canonical order %s", drawn, err, want)
		}
		for _, n := range s.Notes {
			if !layout.Predicted(n.Kind) {
				t.Errorf("note of the kind %v, which is not predicted", n.Kind)
			}
		}
	})
}

// TestScenarioCoverage has a floor under every feature, so that a generator
// that stops drawing something is noticed: twice that of campaigns, whose
// scenarios are of this size.
func TestScenarioCoverage(t *testing.T) {
	seen := map[string]int{}
	draw := rapid.Custom(func(t *rapid.T) map[string]int { return Layout{}.Draw(t, gen.Shape{MinKeys: 20, MaxKeys: 30}).Features })
	const scenarios = 300
	for seed := range scenarios {
		for feature, n := range draw.Example(seed) {
			seen[feature] += n
		}
	}
	for _, feature := range features() {
		if seen[feature] < scenarios/50 {
			t.Errorf("feature %q drawn %d times in %d scenarios", feature, seen[feature], scenarios)
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
		if !ok || s.Drawn == 0 || len(s.Keys)+len(s.Notes)+len(file.pieces)-len(file.Noise())-len(s.Functions) > 0 {
			t.Errorf("%d keys drawn; left: %d keys, %d notes, %d pieces", s.Drawn, len(s.Keys), len(s.Notes), len(file.pieces))
		}
	})
}

// TestScenarioThatLoads: what a Redis without modules is to load holds nothing of modules.
func TestScenarioThatLoads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Layout{Loads: 10}.Draw(t, gen.Shape{})
		if n := s.Counts[keyspace.NoteModuleData]; n > 0 {
			t.Errorf("%d records of modules", n)
		}
		for _, k := range s.Keys {
			if k.Value.Type() == keyspace.TypeOpaque || k.Value.Type() == keyspace.TypeArray {
				t.Errorf("key %q of the type %v", k.Name, k.Value.Type())
			}
		}
	})
}
