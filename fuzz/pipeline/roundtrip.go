package pipeline

import (
	"errors"
	"fmt"
	"time"

	"redrill/dump/tree"
	"redrill/keyspace"
)

// roundTripTS is a commit timestamp that a double cannot hold.
const roundTripTS = 1<<60 + 1

// RoundTrip writes what a case holds as a dump directory at path, reads it back
// as strictly as somebody else's and says what differs, for people.
func RoundTrip(c Case, path string) (diffs []string, err error) {
	origin := keyspace.Origin{Facts: []keyspace.Fact{{Name: "last_commit_ts", Value: uint64(roundTripTS)}}}
	w, err := tree.Create(path, tree.Options{SnapshotPath: c.Name, WallTime: time.UnixMilli(0), Origin: origin})
	if err != nil {
		return nil, fmt.Errorf("create directory: %w", err)
	}
	if err := writeKeys(w, c.expected(FormatTree)); err != nil {
		return nil, fmt.Errorf("write directory: %w", errors.Join(err, w.Abort()))
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write directory: %w", err)
	}
	r, err := tree.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	got, err := collect(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read directory: %w", err)
	}
	if ts := r.Origin().Fact("last_commit_ts"); ts != uint64(roundTripTS) {
		diffs = append(diffs, fmt.Sprintf("last commit timestamp: want %d, got %v", uint64(roundTripTS), ts))
	}
	return append(diffs, compareKeys(c.expected(FormatTree), got.keys)...), nil
}
