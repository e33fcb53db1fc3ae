package fuzz

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"redrill/internal/race"
)

func TestUnderFloor(t *testing.T) {
	rare := fsm.Features()[3]
	for _, row := range []struct {
		name      string
		scenarios int64
		count     int64 // of the rare feature
		want      []string
	}{
		{"too short to tell", FloorScenarios - 1, 0, nil},
		{"under", FloorScenarios, 9, []string{rare}},
		{"at the floor", FloorScenarios, 10, nil},
		{"the floor grows", 5 * FloorScenarios, 49, []string{rare}},
	} {
		t.Run(row.name, func(t *testing.T) {
			tally := Tally{Scenarios: row.scenarios, Features: map[string]int64{}}
			for _, feature := range fsm.Features() {
				tally.Features[feature] = 1 << 40
			}
			tally.Features[rare] = row.count
			if diff := gocmp.Diff(row.want, UnderFloor(fsm, tally)); diff != "" {
				t.Errorf("UnderFloor (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFloorsAreReachable: what campaigns draw is far above the floors.
func TestFloorsAreReachable(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	for _, l := range layouts {
		t.Run(l.Format(), func(t *testing.T) {
			c := Campaign{Layout: l, Seed: 3}
			const scenarios = 200
			var tally Tally
			tally.Features = map[string]int64{}
			for number := range int64(scenarios) {
				tally.count(c.scenario(number, c.shape(number)))
			}
			for _, feature := range l.Features() {
				if floor := int64(2 * scenarios / floorEvery); tally.Features[feature] < floor {
					t.Errorf("feature %q drawn %d times in %d scenarios, want %d", feature, tally.Features[feature], scenarios, floor)
				}
				delete(tally.Features, feature)
			}
			if len(tally.Features) > 0 {
				t.Errorf("features that no table lists: %v", tally.Features)
			}
		})
	}
}
