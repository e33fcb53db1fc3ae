package fuzz

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"redrill/internal/race"
	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/restore"
	"redrill/verify"
)

// TestSavedDecodesToWhatTheServerShows: a server that was filled by commands writes a
// file, and what is decoded of it is what the server answers.
func TestSavedDecodesToWhatTheServerShows(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	server := startRedis(t)
	own := redistest.Start(t)
	server.Options = own.Client.Options()
	asOf := time.Now().UnixMilli()
	for number := range int64(12) {
		c := Campaign{Layout: layouts[number%2], Seed: 21}
		s := c.scenario(number, c.shape(number))
		want := server.held(baseCase(c.Layout, s).Want, asOf, map[place]bool{})
		_, err := restore.Run(t.Context(), server.Options, want.source().Keys(func(keyspace.Note) {}), restore.Options{
			Server: server.Restore, AsOfMs: asOf, Connections: 1,
		})
		if err != nil {
			t.Fatalf("scenario %d: %v", number, err)
		}
		own.Do(t, "SAVE")
		file, err := os.ReadFile(filepath.Join(filepath.Dir(own.Socket), "dump.rdb"))
		if err != nil {
			t.Fatal(err)
		}
		var diffs []verify.Difference
		open := func() (keyspace.Source, error) { return rdb.Open(file, baseCase(rdb, s).Options) }
		res, err := verify.Run(t.Context(), server.Options, open, verify.Options{
			Server: server.Verify, AsOfMs: asOf, Connections: 1,
			Diffs: func(d verify.Difference) { diffs = append(diffs, d) },
		})
		if err != nil || res.Verdicts.Equal != int64(len(liveKeys(want.Keys, asOf))) || res.Verdicts.Unreadable > 0 || len(res.Invalid) > 0 {
			t.Errorf("scenario %d: %v, %+v, %q", number, err, res.Verdicts, res.Invalid)
		}
		for _, d := range diffs {
			t.Errorf("scenario %d: %s at %s: want %.300s, got %.300s", number, d.Kind, d.Path, d.Want, d.Got)
		}
		own.Do(t, "FLUSHALL")
	}
}
