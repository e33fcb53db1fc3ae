package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"redrill/fuzz"
	"redrill/internal/atomicfile"
)

// fuzzStateFile is where a campaign continues from, in its directory.
const fuzzStateFile = "state.json"

// fuzzState is how far the campaigns of a directory have come.
type fuzzState struct {
	Version int        `json:"redrill_fuzz"`     // 1
	Format  string     `json:"format,omitempty"` // of the snapshots; "" is elastickv-fsm
	Seed    uint64     `json:"seed"`
	Next    int64      `json:"next"` // number of the next scenario
	Tally   fuzz.Tally `json:"tally"`
}

// readFuzzState reads the state of a directory, or begins with a format and a seed. An
// explicit seed that is not that of the state begins anew.
func readFuzzState(dir, format string, seed uint64, explicit bool) (fuzzState, error) {
	begin := fuzzState{Version: 1, Seed: seed}
	if format != campaignLayouts[0].Format() {
		begin.Format = format
	}
	if dir == "" {
		return begin, nil
	}
	path := filepath.Join(dir, fuzzStateFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return begin, nil
	}
	var state fuzzState
	if err == nil {
		err = json.Unmarshal(b, &state)
	}
	if err != nil {
		return begin, fmt.Errorf("%s: %w", path, err)
	}
	if state.Version != 1 || state.Next < 0 {
		return begin, usagef("%s: not a campaign state file", path)
	}
	if state.Format != begin.Format {
		return begin, usagef("%s: a campaign with snapshots of another format: give --out another directory", path)
	}
	if explicit && state.Seed != seed {
		return begin, nil
	}
	return state, nil
}

// after returns the state after a campaign came as far as r.
func (s fuzzState) after(r fuzz.Report) fuzzState {
	before := s.Tally
	s.Next, s.Tally = r.Next, fuzz.Tally{}
	s.Tally.Add(before)
	s.Tally.Add(r.Tally)
	return s
}

// write replaces the state of a directory, which is created.
func (s fuzzState) write(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	f, err := atomicfile.Create(filepath.Join(dir, fuzzStateFile))
	if err != nil {
		return err
	}
	if _, err := f.Write(append(b, '\n')); err != nil {
		return errors.Join(err, f.Abort())
	}
	return f.Commit()
}
