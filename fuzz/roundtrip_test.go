package fuzz

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"redrill/fuzz/fsmlayout"
	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/internal/race"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// drawn draws a scenario of the usual shape.
func drawn(t *rapid.T, l layout.Layout) layout.Scenario { return l.Draw(t, gen.Shape{}) }

// decode reads all that a file holds.
func decode(l layout.Layout, file []byte, opts layout.Options) (Expectation, error) {
	src, err := l.Open(file, opts)
	if err != nil {
		return Expectation{}, fmt.Errorf("open: %w", err)
	}
	return observe(src)
}

// check decodes a case of a scenario.
func check(t *rapid.T, c Case) {
	t.Helper()
	if f := c.check(); f != nil {
		t.Errorf("%s\nfile: %x", f.Detail, c.File)
		for _, d := range f.Differences {
			t.Errorf("%s at %s\nwant %s\ngot  %s", d.Kind, d.Path, d.Want, d.Got)
		}
	}
}

// TestDecodeReturnsWhatWasWritten is decode(write(model)) = model.
func TestDecodeReturnsWhatWasWritten(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	eachLayout(t, func(t *rapid.T, l layout.Layout) { check(t, baseCase(l, drawn(t, l))) })
}

// eachLayout checks a property of every format.
func eachLayout(t *testing.T, property func(*rapid.T, layout.Layout)) {
	t.Helper()
	for _, l := range layouts {
		t.Run(l.Format(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, l) })
		})
	}
}

// TestNothingElseChangesTheResult: part limits down to one element and one
// byte, the container, and what is no part of a key.
func TestNothingElseChangesTheResult(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	eachLayout(t, func(t *rapid.T, l layout.Layout) {
		s := drawn(t, l)
		base, r := baseCase(l, s), rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		check(t, inParts(base, r))
		check(t, inParts(base.stored(s.Snapshot.Rewrapped(r)), r))
		check(t, withoutNoise(s.Snapshot, base))
	})
}

// TestStoreDecodes is the same for the generator of large stores.
func TestStoreDecodes(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	for _, profile := range fsmlayout.Profiles {
		t.Run(string(profile), func(t *testing.T) {
			store := fsmlayout.Store{Seed: 3, N: 1500, Profile: profile}
			var file bytes.Buffer
			if _, err := store.Write(&file); err != nil {
				t.Fatal(err)
			}
			want, err := keyspace.Assemble(store.Keys())
			if err != nil {
				t.Fatal(err)
			}
			got, err := decode(fsm, file.Bytes(), layout.Options{Part: keyspace.PartLimit{Elements: 100}})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range compareKeys(want, got.Keys) {
				t.Errorf("%s at %s\nwant %s\ngot  %s", d.Kind, d.Path, d.Want, d.Got)
			}
			if len(got.Notes) > 0 {
				t.Errorf("notes: %v", got.Notes)
			}
		})
	}
}
