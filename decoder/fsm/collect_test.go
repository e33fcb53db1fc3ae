package fsm_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
// and the error the sequence ended with. It checks what [keyspace.Seq] promises.
func decodeAll(snap *fsm.Snapshot) (map[string]keyspace.Key, []keyspace.Note, error) {
	keys := map[string]keyspace.Key{}
	var notes []keyspace.Note
	var parts []keyspace.Key // of one key
	for k, err := range snap.Keys(func(n keyspace.Note) { notes = append(notes, n) }) {
		if err != nil {
			return keys, notes, err
		}
		if k.Part != len(parts) {
			return keys, notes, fmt.Errorf("key %q: part %d where %d is due", k.Name, k.Part, len(parts))
		}
		parts = append(parts, k)
		if k.More {
			continue
		}
		whole, err := joinParts(parts)
		if err != nil {
			return keys, notes, fmt.Errorf("key %q: %w", k.Name, err)
		}
		if _, ok := keys[k.Name]; ok {
			return keys, notes, fmt.Errorf("key %q occurs twice", k.Name)
		}
		keys[k.Name] = whole
		parts = parts[:0]
	}
	if len(parts) > 0 {
		return keys, notes, fmt.Errorf("key %q ends with a part that promises more", parts[0].Name)
	}
	return keys, notes, nil
}

// joinParts returns the parts of one key as one. Unordered collections are
// sorted, because their parts follow the order of the source; inside a part
// they must be ascending already.
func joinParts(parts []keyspace.Key) (keyspace.Key, error) {
	whole := parts[0]
	whole.More = false
	for _, p := range parts {
		if p.Name != whole.Name || p.ExpireAt != whole.ExpireAt || p.Value.Type() != whole.Value.Type() {
			return whole, fmt.Errorf("part %d has name %q, type %v, expires %v", p.Part, p.Name, p.Value.Type(), p.ExpireAt)
		}
		if err := checkOrder(p.Value); err != nil {
			return whole, fmt.Errorf("part %d: %w", p.Part, err)
		}
	}
	switch v := whole.Value.(type) {
	case keyspace.String:
		whole.Value = keyspace.String(strings.Join(concat[string](parts, func(v keyspace.Value) []string {
			return []string{string(v.(keyspace.String))}
		}), ""))
	case keyspace.Hash:
		all := concat[keyspace.Field](parts, func(v keyspace.Value) []keyspace.Field { return v.(keyspace.Hash) })
		slices.SortFunc(all, compareFields)
		whole.Value = keyspace.Hash(all)
	case keyspace.List:
		whole.Value = keyspace.List(concat[string](parts, func(v keyspace.Value) []string { return v.(keyspace.List) }))
	case keyspace.Set:
		all := concat[string](parts, func(v keyspace.Value) []string { return v.(keyspace.Set) })
		slices.Sort(all)
		whole.Value = keyspace.Set(all)
	case keyspace.ZSet:
		all := concat[keyspace.Member](parts, func(v keyspace.Value) []keyspace.Member { return v.(keyspace.ZSet) })
		slices.SortFunc(all, compareMembers)
		whole.Value = keyspace.ZSet(all)
	case keyspace.Stream:
		for _, p := range parts {
			if s := p.Value.(keyspace.Stream); s.LastID != v.LastID || s.MaxDeletedID != v.MaxDeletedID {
				return whole, fmt.Errorf("part %d disagrees about the last or the largest deleted ID", p.Part)
			}
		}
		v.Entries = concat[keyspace.Entry](parts, func(v keyspace.Value) []keyspace.Entry { return v.(keyspace.Stream).Entries })
		whole.Value = v
	case keyspace.HyperLogLog:
		all := concat[string](parts, func(v keyspace.Value) []string { return v.(keyspace.HyperLogLog) })
		slices.Sort(all)
		whole.Value = keyspace.HyperLogLog(all)
	}
	return whole, checkOrder(whole.Value)
}

func concat[T any](parts []keyspace.Key, elements func(keyspace.Value) []T) []T {
	var all []T
	for _, p := range parts {
		all = append(all, elements(p.Value)...)
	}
	return all
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
