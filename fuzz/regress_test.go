package fuzz

import (
	"path/filepath"
	"testing"
	"time"

	"redrill/internal/race"
)

// TestRegress replays every counterexample that was ever kept.
func TestRegress(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	snapshots, err := filepath.Glob("../testdata/counterexamples/*/" + snapshotName(fsm))
	if err != nil || len(snapshots) == 0 {
		t.Fatalf("no counterexamples: %v", err)
	}
	server := startRedis(t)
	for _, snapshot := range snapshots {
		dir := filepath.Dir(snapshot)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c, err := ReadCase(dir, fsm)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Replay(t.Context(), c, &server, time.Now().UnixMilli())
			if err != nil {
				t.Fatal(err)
			}
			if f != nil {
				t.Errorf("%s: %s\n%+v", f.Property, f.Detail, f.Differences)
			}
		})
	}
}
