package rdb

import (
	"errors"

	"redrill/decoder"
	"redrill/keyspace"
)

// errStopped ends a sequence whose consumer has stopped.
var errStopped = errors.New("stopped")

// run is one walk over the keys of a snapshot.
type run struct {
	snap    *Snapshot
	walk    walk
	deliver func(keyspace.Note)
	yield   func(keyspace.Key, error) bool
	counted keyspace.Tally
	out     out // of the current key
}

// keys delivers every key of the file.
func (d *run) keys() error {
	for {
		e, more, err := d.walk.nextKey()
		if err != nil || !more {
			return err
		}
		if err := d.key(e); err != nil {
			return err
		}
	}
}

// key delivers one key, or the note that stands for it, and leaves the reader behind
// its value.
func (d *run) key(e entry) error {
	if d.snap.twice.has(e.db, e.name) {
		if err := d.unreadable(e, unreadablef(e.offset, "the file has a key of this name twice in the database: no server loads it")); err != nil {
			return err
		}
		return d.walk.skipValue(e)
	}
	d.out = out{run: d, in: d.walk.in, entry: e}
	err := d.out.value()
	var u *unreadable
	if !errors.As(err, &u) {
		return err
	}
	if err := d.unreadable(e, u); err != nil {
		return err
	}
	d.walk.in.seek(e.value)
	return d.walk.skipValue(e)
}

// unreadable notes a key that cannot be decoded.
func (d *run) unreadable(e entry, u *unreadable) error {
	if d.snap.opts.Strict {
		return decoder.Errorf(decoder.ErrCorrupt, u.offset, "%s: %s", e.label(), u.reason)
	}
	d.deliver(e.note(keyspace.NoteUnreadable, u.offset, u.reason))
	return nil
}

// note returns a note about the key.
func (e entry) note(kind keyspace.NoteKind, offset int64, detail string) keyspace.Note {
	return keyspace.Note{Kind: kind, DB: e.db, Name: e.name, Type: e.kind.typ, Offset: offset, Detail: detail}
}
