package tree

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// FuzzReadFile puts any bytes into a file of a tree whose checksums fit. They
// end in an error of the class or in keys, whose parts do not depend on the
// limit and which come back when they are written again.
func FuzzReadFile(f *testing.F) {
	paths := []string{
		db0 + "strings/a.bin", db0 + "hll/a.bin", db0 + "lists/a.json", db0 + "hashes/a.json", db0 + "sets/a.json",
		db0 + "zsets/a.json", db0 + "streams/a.jsonl", db0 + "strings_ttl.jsonl", db0 + keymapName, manifestName, checksumsName,
	}
	for i, path := range paths {
		old, err := filepath.Glob(filepath.Join("testdata", "golden", filepath.Dir(path), "*"+filepath.Ext(path)))
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range old {
			if b, err := os.ReadFile(path); err == nil {
				f.Add(uint8(i), b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, b []byte) {
		path := paths[int(i)%len(paths)]
		dir := writeTree(t, nil)
		write(t, dir, path, string(b))
		if path != checksumsName {
			resum(t, dir)
		}
		want, err := readTree(t, dir, keyspace.DefaultPartLimit)
		small, smallErr := readTree(t, dir, keyspace.PartLimit{Elements: 1, Bytes: 1})
		if (err == nil) != (smallErr == nil) {
			t.Fatalf("whole: %v, in parts: %v", err, smallErr)
		}
		if err != nil {
			if !errors.Is(err, ErrTree) {
				t.Fatalf("error %v, want %v", err, ErrTree)
			}
			return
		}
		if diff := cmp.Diff(want, small, equalKeys); diff != "" {
			t.Fatalf("in parts (-whole +parts):\n%s", diff)
		}
		again, err := readTree(t, writeTree(t, want.Keys), keyspace.DefaultPartLimit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Keys, again.Keys, equalKeys); diff != "" {
			t.Fatalf("written again (-want +got):\n%s", diff)
		}
		for path := range files(t, dir) {
			if strings.Contains(path, ".tmp") {
				t.Errorf("%s was left", path)
			}
		}
	})
}
