package fuzz

import (
	"bytes"
	"fmt"
	"testing"

	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/internal/race"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// decode reads all that a file holds.
func decode(file []byte, opts fsm.Options) (Expectation, error) {
	src, err := Decode(file, opts)
	if err != nil {
		return Expectation{}, fmt.Errorf("open: %w", err)
	}
	return observe(src)
}

// check compares what was decoded with what a scenario predicts.
func check(t *rapid.T, s gen.Scenario, got Expectation) {
	t.Helper()
	diffs := compare(expectationOf(s), got)
	for _, d := range diffs {
		t.Errorf("%s at %s\nwant %s\ngot  %s", d.Kind, d.Path, d.Want, d.Got)
	}
	if len(diffs) > 0 {
		for _, r := range s.Records {
			t.Logf("record %q at %d = %q", r.Key, r.CommitTS, r.Body)
		}
		for _, r := range s.Noise {
			t.Logf("noise %q at %d, tombstone %v, expires %d = %.100q", r.Key, r.CommitTS, r.Tombstone, r.ExpireAt, r.Body)
		}
	}
}

func mustDecode(t *rapid.T, file []byte, opts fsm.Options) Expectation {
	t.Helper()
	e, err := decode(file, opts)
	if err != nil {
		t.Fatalf("%v\nfile: %x", err, file)
	}
	return e
}

// TestDecodeReturnsWhatWasWritten is decode(write(model)) = model.
func TestDecodeReturnsWhatWasWritten(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		check(t, s, mustDecode(t, s.File(), fsm.Options{}))
	})
}

// TestNothingElseChangesTheResult: part limits down to one element and one
// byte, the container, and what is no part of a key.
func TestNothingElseChangesTheResult(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	rapid.Check(t, func(t *rapid.T) {
		s := gen.DrawScenario(t)
		limit := keyspace.PartLimit{
			Elements: rapid.IntRange(1, 3).Draw(t, "part elements"), Bytes: rapid.IntRange(1, 40).Draw(t, "part bytes"),
		}
		check(t, s, mustDecode(t, s.File(), fsm.Options{Part: limit}))

		other := s.Container
		other.Wrapper = fsmtest.Wrapper{Version: 2, CeilingMs: 1, Cutover: 2, Extra: []byte("extra")}
		other.NoFooter = true
		check(t, s, mustDecode(t, s.FileIn(other), fsm.Options{AllowNoFooter: true, Part: limit}))

		quiet := s
		quiet.Noise, quiet.Counts = nil, keyspace.Tally{}
		check(t, quiet, mustDecode(t, quiet.File(), fsm.Options{}))
	})
}

// TestStoreDecodes is the same for the generator of large stores.
func TestStoreDecodes(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	for _, profile := range gen.Profiles {
		t.Run(string(profile), func(t *testing.T) {
			store := gen.Store{Seed: 3, N: 1500, Profile: profile}
			var file bytes.Buffer
			if _, err := store.Write(&file); err != nil {
				t.Fatal(err)
			}
			want, err := keyspace.Assemble(store.Keys())
			if err != nil {
				t.Fatal(err)
			}
			got, err := decode(file.Bytes(), fsm.Options{Part: keyspace.PartLimit{Elements: 100}})
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
