package pipeline

import (
	"fmt"

	"pgregory.net/rapid"

	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/fuzz/vectors"
)

// ScenarioRow is what stands for a catalogue row in cases that were generated.
const ScenarioRow = "scenarios"

// Scenarios returns n generated snapshots as cases for a decoder that gets the
// given form, always the same ones: keys of every type in every way to store
// them, among noise.
func Scenarios(n int, l layout.Layout, form Container) []Case {
	draw := rapid.Custom(func(t *rapid.T) layout.Scenario { return l.Draw(t, gen.Shape{}) })
	cases := make([]Case, n)
	for i := range cases {
		s := draw.Example(i + 1)
		c := Case{
			Layout: l, Name: fmt.Sprintf("scenario_%d", i+1), Rows: []string{ScenarioRow}, Rule: "A generated snapshot.",
			Snapshot: s.Snapshot.Protected().File(), Want: vectors.Want{Keys: s.Keys, Functions: s.Functions, Notes: s.Notes, Counts: s.Counts},
			PartialNotes: true,
		}
		if form == ContainerPayload {
			c.strip()
		}
		cases[i] = c
	}
	return cases
}
