package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"redrill/dump"
	"redrill/keyspace"
)

// TestJSONOfOddNotes: a note whose detail is not UTF-8 is legal in a dump; the
// status is that of the run, and the result is whole.
func TestJSONOfOddNotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd\u202e\x1b.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dump.NewWriter(f, keyspace.Origin{Format: "elastickv"})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		d.Key(keyspace.Key{Name: "k", Value: keyspace.String("v")}),
		d.Note(keyspace.Note{Kind: keyspace.NoteUnreadable, Name: "odd\xff", Type: keyspace.TypeHash, Detail: "detail \xff\u009b"}),
		d.Close(), f.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"drill", path, "--target", "embedded", "--json"},
		{"inspect", path, "--json"},
		{"decode", path, "--json", "-o", filepath.Join(t.TempDir(), "again.jsonl")},
	} {
		status, out := redrill(t, args...)
		var result map[string]any
		if err := json.Unmarshal([]byte(out), &result); err != nil {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
		if status != exitCannotTell {
			t.Errorf("%s ended with %d, want %d", args[0], status, exitCannotTell)
		}
	}
}
