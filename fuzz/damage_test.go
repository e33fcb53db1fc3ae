package fuzz

import (
	"math/rand/v2"
	"testing"

	"redrill/fuzz/layout"
	"redrill/internal/race"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// TestDamageIsHandled: a flipped bit or a cut in a file with a footer never ends
// in keys. Without a footer, or under a right one, it may, but every error has one
// class.
func TestDamageIsHandled(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	eachLayout(t, func(t *rapid.T, l layout.Layout) {
		s := drawn(t, l)
		base, r := baseCase(l, s), rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for _, unprotected := range []bool{base.Options.Unprotected, false} {
			base.Options.Unprotected = unprotected
			check(t, damaged(s.Snapshot, base, r))
		}
		check(t, forged(s.Snapshot, base, r))
	})
}

// TestStrictEndsAtTheUnreadable: the same files, and an error exactly where a
// key is unreadable.
func TestStrictEndsAtTheUnreadable(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	eachLayout(t, func(t *rapid.T, l layout.Layout) {
		s := drawn(t, l)
		var unreadable int
		for _, n := range s.Notes {
			if n.Kind == keyspace.NoteUnreadable {
				unreadable++
			}
		}
		_, err := decode(l, s.Snapshot.File(), layout.Options{Strict: true, Unprotected: s.Snapshot.Options().Unprotected})
		if (err != nil) != (unreadable > 0) {
			t.Fatalf("%d unreadable keys, strict: %v", unreadable, err)
		}
		if err != nil && classes(err) != 1 {
			t.Fatalf("%v: %d classes", err, classes(err))
		}
	})
}
