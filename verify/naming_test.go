package verify

import (
	"math"
	"testing"

	"redrill/keyspace"
)

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
