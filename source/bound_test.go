package source

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/dump/tree"
	"redrill/internal/compress"
	"redrill/keyspace"
)

// unpackTree makes a directory of the backup of a live node.
func unpackTree(t *testing.T) string {
	t.Helper()
	r, err := compress.OpenFile("../testdata/field/live-backup.tar.zst")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dir := t.TempDir()
	for a := tar.NewReader(r); ; {
		h, err := a.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			var b bytes.Buffer
			if _, err = io.Copy(&b, a); err == nil {
				err = os.WriteFile(path, b.Bytes(), 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func readAll(o *Opened) error {
	keys, err := o.Keys()
	if err != nil {
		return err
	}
	for _, err := range keys.Keys(func(keyspace.Note) {}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestTreeChangedBetweenReadings: the checksums of the beginning bind every later
// reading, also when CHECKSUMS is changed along with a file.
func TestTreeChangedBetweenReadings(t *testing.T) {
	for name, change := range map[string]func(file string) error{
		"changed":  func(file string) error { return os.WriteFile(file, []byte("X"), 0o600) },
		"longer":   func(file string) error { return os.WriteFile(file, []byte("longer"), 0o600) },
		"removed":  os.Remove,
		"replaced": func(file string) error { return errors.Join(os.Remove(file), os.Symlink("bin.bin", file)) },
	} {
		for _, before := range []bool{true, false} {
			dir := unpackTree(t)
			o, err := Open(context.Background(), dir, nil, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := tree.ErrTree
			if name == "removed" { // It was there when the tree was opened.
				want = decoder.ErrChanged
			}
			if !before {
				if err := readAll(o); err != nil {
					t.Fatal(err)
				}
				want = decoder.ErrChanged
			}
			if err := change(filepath.Join(dir, "redis", "db_0", "strings", "str.bin")); err != nil {
				t.Fatal(err)
			}
			err = readAll(o)
			if !errors.Is(err, want) || !strings.Contains(err.Error(), dir) || errors.Is(err, decoder.ErrChanged) != (errors.Is(want, decoder.ErrChanged)) {
				t.Errorf("%s, before the first reading %v: %v, want %v", name, before, err, want)
			}
			if err := o.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
