package fsm_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"redrill/decoder/fsm"
	"redrill/keyspace"
)

// collect reads all keys of a snapshot, parts joined, and its notes.
func collect(t *testing.T, snap *fsm.Snapshot) (map[string]keyspace.Key, []keyspace.Note) {
	t.Helper()
	keys, notes, err := decodeAll(snap)
	if err != nil {
		t.Fatalf("Keys: %v", err)
	}
	return keys, notes
}

// decodeAll reads all keys of a snapshot, with their parts joined, its notes,
// and the error the sequence ended with. It checks what [keyspace.Seq] promises,
// and that each part is in canonical order.
func decodeAll(snap *fsm.Snapshot) (map[string]keyspace.Key, []keyspace.Note, error) {
	var notes []keyspace.Note
	seq := snap.Keys(func(n keyspace.Note) { notes = append(notes, n) })
	all, err := keyspace.Assemble(func(yield func(keyspace.Key, error) bool) {
		for k, err := range seq {
			if err == nil {
				err = checkOrder(k.Value)
			}
			if !yield(k, err) {
				return
			}
		}
	})
	keys := map[string]keyspace.Key{}
	for _, k := range all {
		keys[k.Name] = k
	}
	return keys, notes, err
}

// checkOrder checks the canonical order of a value: ascending and unique.
func checkOrder(v keyspace.Value) error {
	ok := true
	switch v := v.(type) {
	case keyspace.Hash:
		ok = ascending(v, compareFields)
	case keyspace.Set:
		ok = ascending(v, cmp.Compare[string])
	case keyspace.ZSet:
		ok = ascending(v, compareMembers)
	case keyspace.HyperLogLog:
		ok = ascending(v, cmp.Compare[string])
	case keyspace.Stream:
		ok = ascending(v.Entries, func(a, b keyspace.Entry) int { return a.ID.Compare(b.ID) })
	case keyspace.String, keyspace.List:
	case keyspace.Array, keyspace.Opaque:
	}
	if !ok {
		return fmt.Errorf("elements of a %v are not ascending and unique", v.Type())
	}
	return nil
}

func ascending[T any](list []T, compare func(a, b T) int) bool {
	for i := 1; i < len(list); i++ {
		if compare(list[i-1], list[i]) >= 0 {
			return false
		}
	}
	return true
}

func compareFields(a, b keyspace.Field) int   { return cmp.Compare(a.Name, b.Name) }
func compareMembers(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) }

// cmpKeys compares expire times as values, scores by bits, and makes no
// difference between an empty and a nil slice.
var cmpKeys = gocmp.Options{
	gocmp.Comparer(func(a, b keyspace.ExpireAt) bool { return a == b }),
	gocmp.Comparer(keyspace.SameScore),
}

func mustOpen(t *testing.T, data []byte, opts fsm.Options) *fsm.Snapshot {
	t.Helper()
	snap, err := fsm.Open(bytes.NewReader(data), int64(len(data)), opts)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return snap
}

// readOne reads the only file that matches pattern, uncompressed.
func readOne(t *testing.T, pattern string) []byte {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) != 1 {
		t.Fatalf("glob %s: %v, %v; want one file", pattern, paths, err)
	}
	data, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(paths[0]) != ".gz" {
		return data
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", paths[0], err)
	}
	if data, err = io.ReadAll(r); err != nil {
		t.Fatalf("%s: %v", paths[0], err)
	}
	return data
}
