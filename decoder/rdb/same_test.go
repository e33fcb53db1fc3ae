package rdb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder/rdb"
	"redrill/keyspace"
)

// TestSameKeysOfEveryServer: what the same commands make is the same, in whatever
// encoding a version saves it.
func TestSameKeysOfEveryServer(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "rdb-same", "*.rdb"))
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files, want 5: %v", len(files), err)
	}
	var first []keyspace.Key
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		keys, notes, src, err := decode(file, rdb.Options{})
		if err != nil || len(notes) > 0 || len(src.Counted()) > 0 {
			t.Fatalf("%s: %v, notes %v, %v", path, err, notes, src.Counted())
		}
		for i := range keys {
			if s, ok := keys[i].Value.(keyspace.Stream); ok {
				keys[i].Value = withoutVersions(t, path, keys[i].Name, s)
			}
		}
		if first == nil {
			first = keys
		} else if diff := cmp.Diff(first, keys, cmp.AllowUnexported(keyspace.ExpireAt{}, keyspace.Optional[uint64]{}, keyspace.Optional[int64]{}, keyspace.Optional[keyspace.ID]{})); diff != "" {
			t.Errorf("%s (-%s +this):\n%s", path, files[0], diff)
		}
	}
	if len(first) != 22 {
		t.Errorf("%d keys, want 22", len(first))
	}
}

// withoutVersions checks what only some versions store of a stream, and takes it away.
func withoutVersions(t *testing.T, path, name string, s keyspace.Stream) keyspace.Stream {
	t.Helper()
	old := strings.Contains(path, "redis-5.0")
	added := map[string]uint64{"x:plain": 3, "x:groups": 3, "x:made": 0}[name]
	if n, known := s.EntriesAdded.Get(); known == old || n != added && !old {
		t.Errorf("%s: %s: %d entries added, known %v", path, name, n, known)
	}
	if deleted := (keyspace.ID{Ms: 2}); name == "x:groups" && !old && s.MaxDeletedID != deleted || old && s.MaxDeletedID != (keyspace.ID{}) {
		t.Errorf("%s: %s: largest deleted ID %v", path, name, s.MaxDeletedID)
	}
	s.EntriesAdded, s.MaxDeletedID = keyspace.Optional[uint64]{}, keyspace.ID{}
	for i := range s.Groups {
		g := &s.Groups[i]
		if n, known := g.EntriesRead.Get(); name == "x:groups" && known && (old || n != 1) {
			t.Errorf("%s: %s: %d entries read", path, name, n)
		}
		g.EntriesRead = keyspace.Optional[uint64]{}
		for j := range g.Consumers {
			c := &g.Consumers[j]
			_, active := c.ActiveMs.Get()
			if _, seen := c.SeenMs.Get(); !seen || active == (old || strings.Contains(path, "redis-7.0")) {
				t.Errorf("%s: %s: consumer seen %v, active %v", path, name, seen, active)
			}
			c.SeenMs, c.ActiveMs = keyspace.Optional[int64]{}, keyspace.Optional[int64]{}
		}
	}
	return s
}
