package canary

import (
	"testing"

	"redrill/verify/internal/compare"
)

// TestCanaryScore judges what a verifier could report for a planted difference.
func TestCanaryScore(t *testing.T) {
	planted := compare.Difference{Kind: compare.KindFieldValue, DB: 2, Key: "h", Path: `key "h"/field "f"/value`}
	with := func(change func(*compare.Difference)) compare.Difference {
		d := planted
		change(&d)
		return d
	}
	for _, row := range []struct {
		name     string
		reported []compare.Difference
		caught   int64
	}{
		{"exactly", []compare.Difference{planted}, 1},
		{"nothing", nil, 0},
		{"twice", []compare.Difference{planted, planted}, 0},
		{"another kind", []compare.Difference{with(func(d *compare.Difference) { d.Kind = compare.KindValue })}, 0},
		{"another key", []compare.Difference{with(func(d *compare.Difference) { d.Key = "i" })}, 0},
		{"another database", []compare.Difference{with(func(d *compare.Difference) { d.DB = 0 })}, 0},
		{"another path", []compare.Difference{with(func(d *compare.Difference) { d.Path = compare.KeyPath("h") })}, 0},
		{"more than one", []compare.Difference{with(func(d *compare.Difference) { d.Count = 2 })}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := New(compare.Server{}, false, 0)
			p.planted("hash", compare.KindFieldValue)
			(&Canary{want: planted, typ: "hash", planner: p}).Reported(&compare.State{}, row.reported, true)
			score, invalid := p.Conclude()
			if score.Planted != 1 || score.Caught != row.caught {
				t.Errorf("canaries %+v, want %d caught", score, row.caught)
			}
			if len(invalid) > 0 == (row.caught == 1) {
				t.Errorf("invalid %q with %d caught", invalid, row.caught)
			}
		})
	}
}

// The canary of the search for extra keys is caught only when it was named.
func TestHiddenKeyHasToBeNamed(t *testing.T) {
	for _, named := range []bool{false, true} {
		p := New(compare.Server{}, false, 0)
		p.known[0] = "k"
		name, ok := p.Hidden(0)
		if !ok || name != "k" {
			t.Fatalf("hidden key %q, %v", name, ok)
		}
		p.Unhidden(name, named)
		_, invalid := p.Conclude()
		if valid := len(invalid) == 0; valid != named {
			t.Errorf("named %v: the run is valid %v (%q)", named, valid, invalid)
		}
	}
}

// TestOnlyPlantedKindsAreListed: a shadow of a key that differs plants nothing.
func TestOnlyPlantedKindsAreListed(t *testing.T) {
	p := New(compare.Server{}, false, 0)
	p.score[placement{}] = &Count{Type: "hash"}
	p.score[placement{typ: "set"}] = &Count{Type: "set", Planted: 1, Caught: 1}
	score, invalid := p.Conclude()
	if len(score.Kinds) != 1 || score.Kinds[0].Type != "set" || score.Planted != 1 || len(invalid) > 0 {
		t.Errorf("score %+v, invalid %q", score, invalid)
	}
}
