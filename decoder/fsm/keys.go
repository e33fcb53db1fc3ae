package fsm

import (
	"errors"

	"redrill/keyspace"
)

// Keys returns the keys of the snapshot, type by type in the order of type
// precedence, and gives note what is no key. note may be nil. The sequence is
// single use; Keys may be called again for a fresh one, which is the same.
//
// It ends with an error only if the file cannot be read, or with
// Options.Strict at the first key that cannot be decoded.
func (s *Snapshot) Keys(note func(keyspace.Note)) keyspace.Seq {
	used := false
	return func(yield func(keyspace.Key, error) bool) {
		if used {
			panic("fsm: second range over a single-use sequence")
		}
		used = true
		d := &run{snap: s, deliver: note, yield: yield, counted: keyspace.Tally{}}
		if note == nil {
			d.deliver = func(keyspace.Note) {}
		}
		if err := d.all(); err == nil {
			s.counted = d.counted
		} else if !errors.Is(err, errStopped) {
			yield(keyspace.Key{}, err)
		}
	}
}

// all walks the encodings in the order of type precedence. An encoding that a
// preferred one hides notes that itself.
func (d *run) all() error {
	for _, walk := range []func(*run) error{
		(*run).strings, (*run).hyperLogLogs, (*run).bareStrings, (*run).lists,
		hashes.wide, sets.wide, zsets.wide,
		hashes.blobs, sets.blobs, zsets.blobs,
		(*run).streams, (*run).streamBlobs,
		(*run).orphanTTLs, (*run).leftoverItems,
	} {
		if err := walk(d); err != nil {
			return err
		}
	}
	return nil
}
