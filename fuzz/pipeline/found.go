package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
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

// found is what a dump or a snapshot holds.
type found struct {
	keys []keyspace.Key // see [keyspace.Assemble]
	// functions is the code of function libraries.
	functions []string
	notes     []keyspace.Note
	counts    keyspace.Tally
}

// withoutEmpty returns the keys that have elements, or need none.
func (f found) withoutEmpty() []keyspace.Key {
	return slices.DeleteFunc(slices.Clone(f.keys), func(k keyspace.Key) bool { return empty(k.Value) })
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
	keys := src.Keys(func(n keyspace.Note) { f.notes = append(f.notes, n) })
	f.keys, err = keyspace.Assemble(func(yield func(keyspace.Key, error) bool) {
		bytes := 0
		for k, err := range keys {
			if err == nil {
				bytes += sizeOf(k)
			}
			if bytes > maxDumpBytes {
				k, err = keyspace.Key{}, fmt.Errorf("it holds more than %d bytes", maxDumpBytes)
			}
			if !yield(k, err) {
				return
			}
		}
	})
	f.functions, f.counts = src.Functions(), src.Counted()
	return f, err
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
