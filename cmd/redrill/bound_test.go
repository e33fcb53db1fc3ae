package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redrill/decoder"
	"redrill/dump"
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
	sources "redrill/source"
)

// TestChangedBetweenReadings: a source that was read and is changed in place,
// with its modification time put back, is not read again as if it were the same.
func TestChangedBetweenReadings(t *testing.T) {
	snapshot := func(value string) []byte { return nodeSnapshot(fsmtest.String("k").Row(value)) }
	for _, tt := range []struct {
		name         string
		first, then  []byte
		touch        bool // the modification time moves
		wantsChanged bool
	}{
		{"snapshot", snapshot("v"), snapshot("w"), false, true},
		{"dump", dumpOf(t, "v"), dumpOf(t, "w"), false, true},
		{"damaged dump", dumpOf(t, "v"), bytes.Replace(dumpOf(t, "v"), []byte(`"v"`), []byte(`"w"`), 1), false, true},
		{"dump cut", dumpOf(t, "v"), dumpOf(t, "v")[:100], false, true},
		{"dump of another source", dumpOf(t, "v"), bytes.Replace(dumpOf(t, "v"), []byte(`"bytes":1}`), []byte(`"bytes":2}`), 1), false, true},
		{"snapshot, written again", snapshot("v"), snapshot("v"), true, true},
		{"dump, written again", dumpOf(t, "v"), dumpOf(t, "v"), true, true},
		{"snapshot, left alone", snapshot("v"), snapshot("v"), false, false},
		{"dump, left alone", dumpOf(t, "v"), dumpOf(t, "v"), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "in")
			writeAt := func(b []byte, modified time.Time) {
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(path, modified, modified); err != nil {
					t.Fatal(err)
				}
			}
			modified := time.UnixMilli(commitMs)
			writeAt(tt.first, modified)
			s, err := (&app{}).openSource(t.Context(), path, sources.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.close() }()
			if err := readKeys(s); err != nil {
				t.Fatalf("first reading: %v", err)
			}
			if tt.touch {
				modified = modified.Add(time.Second)
			}
			writeAt(tt.then, modified)
			err = readKeys(s)
			if !tt.wantsChanged {
				if err != nil {
					t.Errorf("second reading: %v", err)
				}
				return
			}
			if !errors.Is(err, decoder.ErrChanged) || statusOf(t.Context(), err) != exitCorrupt {
				t.Errorf("error %v with status %d, want one that says that the file changed, and 3", err, statusOf(t.Context(), err))
			}
			if err != nil && !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("error %q does not name the file", err)
			}
			if hint := hintOf(err); !strings.Contains(hint, "copy") || strings.Contains(hint, "damaged") {
				t.Errorf("hint %q", hint)
			}
		})
	}
}

// TestChangedBeforeTheEnd: a file that is changed during its only reading is not
// called damaged.
func TestChangedBeforeTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, dumpOf(t, "v"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := (&app{}).openSource(t.Context(), path, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	if err := os.WriteFile(path, dumpOf(t, "v")[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readKeys(s); !errors.Is(err, decoder.ErrChanged) {
		t.Errorf("error %v, want one that says that the file changed", err)
	}
}

// TestDrillDumpChanged: what a drill restores is the dump that it has written.
func TestDrillDumpChanged(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(in, nodeSnapshot(fsmtest.String("k").Row("v")), 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{stderr: io.Discard}
	s, err := a.openSource(t.Context(), in, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	for _, changed := range []bool{false, true} {
		d, err := newDrillDump("", "")
		if err != nil {
			t.Fatal(err)
		}
		file := d.spool
		sum, err := a.decodeForDrill(s, d, func(keyspace.Note) {})
		if err != nil {
			t.Fatal(err)
		}
		if changed {
			other := dumpOf(t, "w")
			if err := errors.Join(file.Truncate(int64(len(other))), second(file.WriteAt(other, 0))); err != nil {
				t.Fatal(err)
			}
			if _, err := file.Seek(0, io.SeekEnd); err != nil {
				t.Fatal(err)
			}
		}
		again, err := d.source(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := readKeys(again); errors.Is(err, decoder.ErrChanged) != changed || !changed && err != nil {
			t.Errorf("changed %v: error %v", changed, err)
		}
		if err := again.close(); err != nil {
			t.Error(err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func readKeys(s *source) error {
	src, err := s.keys()
	if err != nil {
		return err
	}
	for _, err := range src.Keys(nil) {
		if err != nil {
			return err
		}
	}
	return nil
}

// dumpOf returns a dump with one string.
func dumpOf(t *testing.T, value string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := dump.NewWriter(&b, keyspace.Origin{Format: "test", Bytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Key(keyspace.Key{Name: "k", Value: keyspace.String(value)}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
