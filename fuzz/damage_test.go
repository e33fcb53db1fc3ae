package fuzz

import (
	"testing"

	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/internal/race"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// TestDamageIsRefused: a flipped bit or a cut in a file with a footer never
// ends in keys. Without footer it may, but every error has one class.
func TestDamageIsRefused(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		file := s.File()
		at := rapid.IntRange(0, len(file)-1).Draw(t, "at")
		cut := rapid.Bool().Draw(t, "cut")
		protected := !s.Container.NoFooter
		damaged := file[:at]
		if cut {
			// What is cut off includes the footer: only a wrapper tells. No
			// byte at all is an empty store.
			protected = s.Container.Wrapper.Version != 0 && at > 0
		} else {
			damaged = fsmtest.FlipBit(file, at, uint(rapid.IntRange(0, 7).Draw(t, "bit")))
		}
		_, err := decode(damaged, fsm.Options{})
		if err == nil && protected {
			t.Fatalf("damage was not found\nfile: %x", damaged)
		}
		if err != nil && classes(err) != 1 {
			t.Fatalf("%v: %d classes", err, classes(err))
		}
	})
}

// TestDamageUnderAFooterIsHandled: bytes that a right checksum covers, however
// wrong, end in keys or in an error of one class.
func TestDamageUnderAFooterIsHandled(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		file := s.FileIn(fsmtest.Node(s.Container.LastCommitTS))
		for range rapid.IntRange(1, 4).Draw(t, "flips") {
			at := rapid.IntRange(0, len(file)-5).Draw(t, "at")
			file = fsmtest.FlipBit(file, at, uint(rapid.IntRange(0, 7).Draw(t, "bit")))
		}
		part := keyspace.PartLimit{Elements: rapid.IntRange(1, 3).Draw(t, "part elements")}
		if _, err := decode(fsmtest.Refoot(file), fsm.Options{Part: part}); err != nil && classes(err) != 1 {
			t.Fatalf("%v: %d classes\nfile: %x", err, classes(err), file)
		}
	})
}

// TestStrictEndsAtTheUnreadable: the same files, and an error exactly where a
// key is unreadable.
func TestStrictEndsAtTheUnreadable(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		var unreadable int
		for _, n := range s.Notes {
			if n.Kind == keyspace.NoteUnreadable {
				unreadable++
			}
		}
		_, err := decode(s.File(), fsm.Options{Strict: true})
		if (err != nil) != (unreadable > 0) {
			t.Fatalf("%d unreadable keys, strict: %v", unreadable, err)
		}
		if err != nil && classes(err) != 1 {
			t.Fatalf("%v: %d classes", err, classes(err))
		}
	})
}
