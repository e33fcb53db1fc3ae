package fuzz

import "redrill/fuzz/layout"

// FloorScenarios is how many scenarios a campaign must have before it is asked
// whether each feature was drawn often enough.
const FloorScenarios = 1000

// floorEvery is the share of scenarios that must have a feature: the rarest one
// is drawn four times as often.
const floorEvery = 100

// Floor returns how often each feature has to be drawn in so many scenarios; 0
// for less than [FloorScenarios].
func Floor(scenarios int64) int64 {
	if scenarios < FloorScenarios {
		return 0
	}
	return scenarios / floorEvery
}

// UnderFloor returns the features of a layout that were not drawn often enough.
func UnderFloor(l layout.Layout, t Tally) (features []string) {
	for _, feature := range l.Features() {
		if t.Features[feature] < Floor(t.Scenarios) {
			features = append(features, feature)
		}
	}
	return features
}
