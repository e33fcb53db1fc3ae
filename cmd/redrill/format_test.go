package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"redrill/keyspace"
	sources "redrill/source"
)

// csvFormat is a format of keys as rows of CSV, to show what a new one needs: its
// package, which is csvFile, and this entry in the table.
var csvFormat = sources.Format{Name: "CSV of keys", Match: isCSV, Open: openCSV}

func isCSV(h sources.Head) (string, bool) { return "", bytes.HasPrefix(h.Bytes, []byte("key,value\n")) }

func openCSV(in *sources.Input, _ sources.Options) (*sources.Opened, error) {
	file := csvFile{in}
	return sources.NewOpened(in, file.Origin(), func() (keyspace.Source, error) { return file, nil }, nil), nil
}

// csvFile is a source of strings.
type csvFile struct{ in *sources.Input }

func (f csvFile) Origin() keyspace.Origin {
	return keyspace.Origin{Format: "csv"}
}
func (f csvFile) Counted() keyspace.Tally { return nil }

// Functions implements [keyspace.Source].
func (f csvFile) Functions() []string { return nil }
func (f csvFile) Keys(func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		rows := csv.NewReader(bufio.NewReader(f.in.Reader()))
		rows.FieldsPerRecord = 2
		for n := 0; ; n++ {
			row, err := rows.Read()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(keyspace.Key{}, err)
				return
			case n > 0 && !yield(keyspace.Key{Name: row[0], Value: keyspace.String(row[1])}, nil):
				return
			}
		}
	}
}

// TestNewFormat: a format that joins the table is drilled, inspected and held to
// its first reading like any other, and no command knows of it.
func TestNewFormat(t *testing.T) {
	formats := sources.Formats
	sources.Formats = slices.Insert(slices.Clone(formats), 0, csvFormat)
	t.Cleanup(func() { sources.Formats = formats })
	path := filepath.Join(t.TempDir(), "keys.csv")
	if err := os.WriteFile(path, []byte("key,value\na,1\n\"b,c\",\"two\nlines\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args   []string
		status int
		words  []string
	}{
		{[]string{"drill", path, "--target", "embedded"}, exitVerified, []string{"verified: 2 keys equal of 2"}},
		{[]string{"inspect", path}, exitVerified, []string{"2 keys", "string"}},
		{[]string{"inspect", path, "--json"}, exitVerified, []string{`"format": "csv"`, `"keys": 2`}},
	} {
		status, out := redrill(t, tt.args...)
		if status != tt.status {
			t.Errorf("%q: status %d, want %d:\n%s", tt.args, status, tt.status, out)
		}
		for _, word := range tt.words {
			if !strings.Contains(out, word) {
				t.Errorf("%q: no %q in:\n%s", tt.args, word, out)
			}
		}
	}
}
