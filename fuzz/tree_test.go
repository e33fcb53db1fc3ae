package fuzz

import "testing"

func TestDirectoriesHoldScenarios(t *testing.T) {
	c := Campaign{Layout: fsm, Seed: 11}
	for number := range int64(24) {
		s := c.scenario(number, c.shape(number))
		if f := baseCase(fsm, s).checkTree(); f != nil {
			t.Fatalf("scenario %d: %s", number, f.Detail)
		}
	}
}
