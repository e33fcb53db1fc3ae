package fuzz

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"redrill/fuzz/gen"
	"redrill/fuzz/rdblayout"
	"redrill/internal/race"
	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/verify"
)

// TestServerLoadsWhatIsWritten: a real server that starts with a drawn file holds the
// model. It is the judge of the writer, as the writer is of the decoder.
func TestServerLoadsWhatIsWritten(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	redistest.Program(t)
	c := Campaign{Layout: rdblayout.Layout{Loads: 10}, Seed: 11}
	for number := range int64(24) {
		s := c.scenario(number, gen.Shape{MinKeys: 5, MaxKeys: 40})
		if f := baseCase(c.Layout, s).check(); f != nil {
			t.Fatalf("scenario %d: %s\n%+v", number, f.Detail, f.Differences)
		}
		server := loaded(t, s.Snapshot.File())
		want := Expectation{Keys: s.Keys, Functions: s.Functions, Notes: s.Notes}
		var diffs []verify.Difference
		res, err := verify.Run(t.Context(), server.Options, func() (keyspace.Source, error) { return want.source(), nil }, verify.Options{
			Server: startedServer, AsOfMs: time.Now().UnixMilli(), Connections: 1, Seed: uint64(number),
			Diffs: func(d verify.Difference) { diffs = append(diffs, d) },
		})
		server.Stop()
		if err != nil {
			t.Fatalf("scenario %d: %v", number, err)
		}
		if len(res.Invalid) > 0 {
			t.Errorf("scenario %d: invalid: %q", number, res.Invalid)
		}
		for _, d := range diffs {
			t.Errorf("scenario %d: %s at %s: want %.300s, got %.300s", number, d.Kind, d.Path, d.Want, d.Got)
		}
	}
}

// loaded starts a server with a file.
func loaded(t *testing.T, file []byte) *redistest.Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "dump.rdb"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return redistest.StartAt(t, filepath.Join(dir, "s"))
}
