package tree

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSumsAreSorted: the lines are the same, however few of them are held.
func TestSumsAreSorted(t *testing.T) {
	var all []checksum
	for i := range 500 {
		path := fmt.Sprintf("redis/db_0/strings/%d.bin", i*7919%500)
		all = append(all, checksum{path, sha256.Sum256([]byte(path))})
	}
	var lines []string
	for _, c := range all {
		lines = append(lines, c.line())
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[66:], b[66:]) })
	want := strings.Join(lines, "")
	for _, limit := range []int{1, 200, 10_000, 1 << 20} {
		dir := t.TempDir()
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		s := sums{root: root, limit: limit}
		for _, c := range all {
			if err := s.add(c); err != nil {
				t.Fatal(err)
			}
			if s.bytes >= limit {
				t.Fatalf("%d bytes are held, the limit is %d", s.bytes, limit)
			}
		}
		f, err := os.Create(filepath.Join(dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		o := newOut(f, "out", 100)
		if err := s.writeTo(o); err != nil {
			t.Fatal(err)
		}
		if err := o.close(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("limit of %d: %d lines in another order, want %d", limit, strings.Count(string(got), "\n"), len(lines))
		}
		if (limit < 1<<20) != (len(s.runs) > 0) {
			t.Errorf("limit of %d: %d runs", limit, len(s.runs))
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("limit of %d: left are %v, %v; want the output alone", limit, left, err)
		}
		root.Close()
	}
}
