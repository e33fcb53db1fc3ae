package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"redrill/dump"
	"redrill/dump/tree"
	"redrill/keyspace"
)

// Format is the form of a dump.
type Format string

// The forms.
const (
	FormatJSONL Format = "jsonl" // redrill's JSON Lines
	FormatTree  Format = "tree"  // elastickv's directory
)

// maxDumpBytes bounds what is read of a dump; no case needs more.
const maxDumpBytes = 256 << 20

// keyID is what a key is found by.
type keyID struct {
	db   int
	name string
}

// found is what a dump or a snapshot holds.
type found struct {
	keys   map[keyID]keyspace.Key // whole, in canonical order
	notes  []keyspace.Note
	counts keyspace.Tally
}

// withoutEmpty returns the keys that have elements, or need none.
func (f found) withoutEmpty() map[keyID]keyspace.Key {
	keys := maps.Clone(f.keys)
	maps.DeleteFunc(keys, func(_ keyID, k keyspace.Key) bool { return empty(k.Value) })
	return keys
}

// ascending returns keys by database and name.
func ascending(keys map[keyID]keyspace.Key) []keyspace.Key {
	return slices.SortedFunc(maps.Values(keys), func(a, b keyspace.Key) int {
		return cmp.Or(cmp.Compare(a.DB, b.DB), cmp.Compare(a.Name, b.Name))
	})
}

// keySource is what dumps and snapshots are read by.
type keySource interface {
	Keys(note func(keyspace.Note)) keyspace.Seq
	Counted() keyspace.Tally
}

// readDump reads the dump at path, strictly.
func readDump(path string, form Format) (f found, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, errors.New("there is no dump")
	case err != nil:
		return f, err
	case form == FormatTree:
		r, err := tree.Open(path)
		if err != nil {
			return f, err
		}
		f, err = collect(r)
		return f, errors.Join(err, r.Close())
	case !info.Mode().IsRegular():
		return f, errors.New("the dump is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r, err := dump.NewReader(file)
	if err != nil {
		return f, err
	}
	return collect(r)
}

// collect reads all of a source and joins the parts of keys.
func collect(src keySource) (f found, err error) {
	f.keys = map[keyID]keyspace.Key{}
	var whole keyspace.Key
	bytes := 0
	for k, err := range src.Keys(func(n keyspace.Note) { f.notes = append(f.notes, n) }) {
		if err != nil {
			return f, err
		}
		if bytes += sizeOf(k); bytes > maxDumpBytes {
			return f, fmt.Errorf("it holds more than %d bytes", maxDumpBytes)
		}
		if k.Part == 0 {
			whole = k
		} else if whole.Value, err = join(whole.Value, k.Value); err != nil {
			return f, fmt.Errorf("key %q: %w", k.Name, err)
		}
		if k.More {
			continue
		}
		whole.Part, whole.More = 0, false
		if whole.Value, err = canonical(whole.Value); err != nil {
			return f, fmt.Errorf("key %q: %w", k.Name, err)
		}
		id := keyID{k.DB, k.Name}
		if _, ok := f.keys[id]; ok {
			return f, fmt.Errorf("key %q occurs twice", k.Name)
		}
		f.keys[id] = whole
	}
	f.counts = src.Counted()
	return f, nil
}

func sizeOf(k keyspace.Key) int {
	const each = 32
	n := each + len(k.Name) + each*k.Value.Len()
	switch v := k.Value.(type) {
	case keyspace.String:
		n = each + len(k.Name) + len(v)
	case keyspace.Hash:
		for _, f := range v {
			n += len(f.Name) + len(f.Value)
		}
	case keyspace.List:
		n += sizeOfAll(v)
	case keyspace.Set:
		n += sizeOfAll(v)
	case keyspace.HyperLogLog:
		n += sizeOfAll(v)
	case keyspace.ZSet:
		for _, m := range v {
			n += len(m.Name)
		}
	case keyspace.Stream:
		for _, e := range v.Entries {
			for _, p := range e.Pairs {
				n += each + len(p.Field) + len(p.Value)
			}
		}
	}
	return n
}

func sizeOfAll[S ~[]string](all S) (n int) {
	for _, s := range all {
		n += len(s)
	}
	return n
}

// join continues a with b, the next part.
func join(a, b keyspace.Value) (keyspace.Value, error) {
	switch a := a.(type) {
	case keyspace.String:
		if b, ok := b.(keyspace.String); ok {
			return a + b, nil
		}
	case keyspace.Hash:
		if b, ok := b.(keyspace.Hash); ok {
			return append(a, b...), nil
		}
	case keyspace.List:
		if b, ok := b.(keyspace.List); ok {
			return append(a, b...), nil
		}
	case keyspace.Set:
		if b, ok := b.(keyspace.Set); ok {
			return append(a, b...), nil
		}
	case keyspace.ZSet:
		if b, ok := b.(keyspace.ZSet); ok {
			return append(a, b...), nil
		}
	case keyspace.Stream:
		if b, ok := b.(keyspace.Stream); ok {
			a.Entries = append(a.Entries, b.Entries...)
			return a, nil
		}
	case keyspace.HyperLogLog:
		if b, ok := b.(keyspace.HyperLogLog); ok {
			return append(a, b...), nil
		}
	}
	return nil, fmt.Errorf("a %v continues a %v", b.Type(), a.Type())
}

// canonical sorts the elements of an unordered collection, whose parts follow
// the order of their source. Elements that occur twice are an error.
func canonical(v keyspace.Value) (keyspace.Value, error) {
	twice := false
	switch v := v.(type) {
	case keyspace.Hash:
		twice = ascend(v, func(f keyspace.Field) string { return f.Name })
	case keyspace.Set:
		twice = ascend(v, func(s string) string { return s })
	case keyspace.ZSet:
		twice = ascend(v, func(m keyspace.Member) string { return m.Name })
	case keyspace.HyperLogLog:
		twice = ascend(v, func(s string) string { return s })
	case keyspace.String, keyspace.List, keyspace.Stream:
	}
	if twice {
		return v, errors.New("an element occurs twice")
	}
	return v, nil
}

// ascend sorts v and reports whether a name occurs twice.
func ascend[E any](v []E, name func(E) string) (twice bool) {
	slices.SortFunc(v, func(a, b E) int { return cmp.Compare(name(a), name(b)) })
	for i := 1; i < len(v); i++ {
		twice = twice || name(v[i-1]) == name(v[i])
	}
	return twice
}
