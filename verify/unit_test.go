package verify

import (
	"math"
	"testing"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// TestCanaryScore judges what a verifier could report for a planted difference.
func TestCanaryScore(t *testing.T) {
	planted := Difference{Kind: KindFieldValue, DB: 2, Key: "h", Path: `key "h"/field "f"/value`}
	with := func(change func(*Difference)) Difference {
		d := planted
		change(&d)
		return d
	}
	for _, row := range []struct {
		name     string
		reported []Difference
		caught   int64
	}{
		{"exactly", []Difference{planted}, 1},
		{"nothing", nil, 0},
		{"twice", []Difference{planted, planted}, 0},
		{"another kind", []Difference{with(func(d *Difference) { d.Kind = KindValue })}, 0},
		{"another key", []Difference{with(func(d *Difference) { d.Key = "i" })}, 0},
		{"another database", []Difference{with(func(d *Difference) { d.DB = 0 })}, 0},
		{"another path", []Difference{with(func(d *Difference) { d.Path = compare.KeyPath("h") })}, 0},
		{"more than one", []Difference{with(func(d *Difference) { d.Count = 2 })}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPlanner(Options{})
			p.planted("hash", KindFieldValue)
			(&canary{want: planted, typ: "hash", planner: p}).reported(&keyState{}, row.reported)
			var res Result
			p.conclude(&res)
			if res.Canaries.Planted != 1 || res.Canaries.Caught != row.caught {
				t.Errorf("canaries %+v, want %d caught", res.Canaries, row.caught)
			}
			if invalid := len(res.Invalid) > 0; invalid == (row.caught == 1) {
				t.Errorf("invalid %q with %d caught", res.Invalid, row.caught)
			}
		})
	}
}

func TestNameSet(t *testing.T) {
	s := newNameSet(2)
	for i := range uint64(10_000) {
		s.add(i * i)
		s.add(i * i)
	}
	if s.n != 9999 || !s.zero {
		t.Errorf("%d hashes, zero %v, want 9999 and true", s.n, s.zero)
	}
	for i := range uint64(20_000) {
		root := uint64(math.Sqrt(float64(i)))
		if got, want := s.has(i), root*root == i; got != want {
			t.Fatalf("has(%d) = %v, want %v", i, got, want)
		}
	}
}

// TestUnreadableKeysAreBounded: each unreadable key is asked for once as long as
// it can be remembered, and beyond that the run proves nothing.
func TestUnreadableKeysAreBounded(t *testing.T) {
	s := startRedis(t)
	var notes []keyspace.Note
	for _, name := range []string{"a", "b", "a", "c"} {
		notes = append(notes, keyspace.Note{Kind: keyspace.NoteUnreadable, Name: name})
	}
	for _, row := range []struct {
		remember int
		notes    []keyspace.Note
		keys     int64
		valid    bool
	}{
		{0, notes, 3, true},
		{2, notes[:3], 2, true},
		{2, notes, 3, false},
	} {
		res, _ := s.verified(t, sliceSource{notes: row.notes}, Options{remember: row.remember})
		if res.Keys != row.keys || res.Verdicts.Unreadable != row.keys || (len(res.Invalid) == 0) != row.valid {
			t.Errorf("of %d notes, %d names remembered: %d keys, verdicts %+v, invalid %q, want %d and valid %v",
				len(row.notes), row.remember, res.Keys, res.Verdicts, res.Invalid, row.keys, row.valid)
		}
	}
}
