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
func collect(src keyspace.Source) (f found, err error) {
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
		} else if whole.Value, err = keyspace.Join(whole.Value, k.Value); err != nil {
			return f, fmt.Errorf("key %q: %w", k.Name, err)
		}
		if k.More {
			continue
		}
		whole.More = false
		if !keyspace.Sort(whole.Value) {
			return f, fmt.Errorf("key %q: an element occurs twice", k.Name)
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

// sizeOf estimates the memory of a part.
func sizeOf(k keyspace.Key) int {
	const each = 32
	n := each*(1+k.Elements()) + len(k.Name) + k.Value.Bytes()
	if v, ok := k.Value.(keyspace.Stream); ok {
		for _, e := range v.Entries {
			n += each * len(e.Pairs)
		}
	}
	return n
}
