package main

import (
	"bytes"
	"strings"
	"testing"

	"redrill/fuzz"
)

// TestPrintFuzz: the verdict stands first; features above their floor are folded
// into one line, those under it are named.
func TestPrintFuzz(t *testing.T) {
	fsm := campaignLayouts[0]
	rare := fsm.Features()[3]
	for _, tt := range []struct {
		name      string
		scenarios int64
		count     int64 // of the rare feature
		verbose   bool
		first     string
		want      []string
		lines     int // about features, the first not counted
	}{
		{"above", 1000, 11, false, "result     nothing found in 1,000 scenarios", []string{"above the floor of 10, the rarest drawn 11 times (" + rare + "); --verbose lists them"}, 0},
		{"at the floor", 1000, 10, false, "result     nothing found", []string{"the rarest drawn 10 times"}, 0},
		{"under", 1000, 9, false, "result     INCOMPLETE: 1 feature under the floor", []string{"9  UNDER THE FLOOR", "the rarest drawn 9 times"}, 1},
		{"all", 1000, 9, true, "result     INCOMPLETE", []string{"UNDER THE FLOOR"}, len(fsm.Features())},
		{"no floor", 999, 0, false, "result     nothing found in 999 scenarios", []string{"fewer than 1000 scenarios have no floors"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tally := fuzz.Tally{Scenarios: tt.scenarios, Features: map[string]int64{}, Checks: map[string]int64{}}
			for _, feature := range fsm.Features() {
				tally.Features[feature] = 1000
			}
			tally.Features[rare] = tt.count
			var b bytes.Buffer
			a := &app{stdout: &b, verbose: tt.verbose}
			o := fuzzOutcome{run: fuzz.Report{Tally: tally}, state: fuzzState{Tally: tally}}
			if err := a.printFuzz(t.Context(), o, nil); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(b.String(), tt.first) {
				t.Errorf("begins with\n%.80s\nwant %q", &b, tt.first)
			}
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%q is missing:\n%s", want, &b)
				}
			}
			_, about, _ := strings.Cut(b.String(), "features ")
			if n := strings.Count(about, "\n") - 1; n != tt.lines {
				t.Errorf("%d features are listed, want %d:\n%s", n, tt.lines, about)
			}
		})
	}
}
