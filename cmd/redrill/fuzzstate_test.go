package main

import (
	"os"
	"path/filepath"
	"testing"

	"redrill/fuzz"
)

// TestStateIsReplacedWhole: whoever reads the state while it is written reads the
// earlier one or the later one. An open file keeps what it held.
func TestStateIsReplacedWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	first := fuzzState{Version: 1, Seed: 7, Next: 16, Tally: fuzz.Tally{Scenarios: 16}}
	if err := first.write(dir); err != nil {
		t.Fatal(err)
	}
	path, earlier := filepath.Join(dir, fuzzStateFile), filepath.Join(dir, "earlier.json")
	if err := os.Link(path, earlier); err != nil {
		t.Skipf("a file cannot have two names here: %v", err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := first.after(fuzz.Report{Next: 32, Tally: fuzz.Tally{Scenarios: 16}})
	if err := second.write(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(earlier); err != nil || string(got) != string(want) {
		t.Errorf("the earlier state was written over: %v\n%s", err, got)
	}
	if got, err := readFuzzState(dir, "elastickv-fsm", 0, false); err != nil || got.Seed != 7 || got.Next != 32 || got.Tally.Scenarios != 32 {
		t.Errorf("readFuzzState() = %+v, %v; want the later state", got, err)
	}
	if names := entries(t, dir); len(names) != 2 {
		t.Errorf("files %q, want the two states", names)
	}
}

// TestStateThatCannotBeWritten: the earlier state stays, and nothing beside it.
func TestStateThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, fuzzStateFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := (fuzzState{Version: 1}).write(dir); err == nil {
		t.Error("a state was written in the place of a directory")
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("files %q, want the directory alone", names)
	}
	if err := (fuzzState{Version: 1}).write(""); err != nil {
		t.Errorf("without a directory there is nothing to write: %v", err)
	}
}
