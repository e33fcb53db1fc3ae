package tree

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"redrill/keyspace"
)

// content is what a tree holds, as a reader tells it.
type content struct {
	Keys    []keyspace.Key // whole
	Notes   []keyspace.Note
	Counted keyspace.Tally
}

// readTree reads the tree in dir with parts of the given limit.
func readTree(t *testing.T, dir string, limit keyspace.PartLimit) (content, error) {
	t.Helper()
	r, err := open(dir, limit)
	if err != nil {
		return content{}, err
	}
	defer r.Close()
	var c content
	var seq sequence
	for k, err := range r.Keys(func(n keyspace.Note) { c.Notes = append(c.Notes, n) }) {
		if err != nil {
			return c, err
		}
		if err := seq.next(k); err != nil {
			t.Fatalf("key %q: %v", k.Name, err)
		}
		if n := k.Value.Len(); k.Value.Type() == keyspace.TypeString && n > limit.Bytes ||
			k.Value.Type() != keyspace.TypeString && n > limit.Elements {
			t.Fatalf("key %q: a part of length %d with limit %+v", k.Name, n, limit)
		}
		c.Keys = join(t, c.Keys, k)
	}
	if err := seq.end(); err != nil {
		t.Fatal(err)
	}
	c.Counted = r.Counted()
	return c, nil
}

// join appends a part to the keys before it.
func join(t *testing.T, keys []keyspace.Key, k keyspace.Key) []keyspace.Key {
	t.Helper()
	if k.Part == 0 {
		k.More = false
		return append(keys, k)
	}
	last := &keys[len(keys)-1]
	v, err := keyspace.Join(last.Value, k.Value)
	if err != nil {
		t.Fatalf("key %q, part %d: %v", k.Name, k.Part, err)
	}
	last.Value = v
	return keys
}

var testOptions = Options{
	Version: "redrill <test>", ClusterID: "c&1", SnapshotPath: "/snap/000000000000001a.fsm", SnapshotIndex: 26,
	Origin: keyspace.Origin{Facts: []keyspace.Fact{{Name: "last_commit_ts", Value: uint64(111411200000000001)}}}, WallTime: time.Date(2026, 2, 3, 4, 5, 6, 70_000_000, time.FixedZone("", 3600)),
}

// writeTree writes keys into a directory and returns it.
func writeTree(t *testing.T, keys []keyspace.Key, notes ...keyspace.Note) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	w, err := Create(dir, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if err := w.Key(k); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range notes {
		if err := w.Note(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// files returns the contents of all files below dir by path.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// copyTree copies the files below from to a new directory.
func copyTree(t *testing.T, from string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// resum makes CHECKSUMS fit the regular files of dir again.
func resum(t *testing.T, dir string) {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || path == filepath.Join(dir, checksumsName) {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(b), filepath.ToSlash(rel)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[66:], b[66:]) })
	write(t, dir, checksumsName, strings.Join(lines, ""))
}

// write replaces a file below dir, whose directories are made.
func write(t *testing.T, dir, path, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// unpack unpacks a tree of testdata/official.
func unpack(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "official", name+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else {
			var b []byte
			if b, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(path, b, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
