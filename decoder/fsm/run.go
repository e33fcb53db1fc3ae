package fsm

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
	deliver func(keyspace.Note)
	yield   func(keyspace.Key, error) bool
	counted keyspace.Tally
	lookups [familyCount]*scanner
	pending []keyspace.Note // of the key under way, delivered with its next part
	held    int             // bytes of them
	keyBuf  []byte

	itemScan *scanner
	itemMet  []byte // buffer of window
	items    int64  // list items delivered
}

// emit delivers one part, after the notes about it.
func (d *run) emit(k keyspace.Key) error {
	d.flushNotes()
	if !d.yield(k, nil) {
		return errStopped
	}
	return nil
}

func (d *run) flushNotes() {
	for _, n := range d.pending {
		d.deliver(n)
	}
	d.dropNotes()
}

func (d *run) dropNotes() {
	clear(d.pending)
	d.pending, d.held = d.pending[:0], 0
}

// Bounds of the notes that are held for a key.
const (
	maxHeldBytes = 1 << 20
	perNoteBytes = 256 // memory of a note beside its detail
)

// hold keeps a note until the next part of its key is delivered, because a key
// that turns out unreadable has no other notes.
func (d *run) hold(n keyspace.Note) {
	d.pending = append(d.pending, n)
	d.held += perNoteBytes + len(n.Detail)
}

func (d *run) count(kind keyspace.NoteKind, n int64) {
	if n > 0 {
		d.counted[kind] += n
	}
}

// settle turns an unreadable key into a note in place of those that were held for
// it, and passes other errors on.
func (d *run) settle(f family, name string, err error) error {
	var u *unreadable
	if !errors.As(err, &u) {
		return err
	}
	d.dropNotes()
	return d.unreadable(f, name, u)
}

// malformed notes the row that c stands at, whose key cannot be told. It is
// not of the key under way.
func (d *run) malformed(c *scanner) error {
	return d.unreadable(c.row.family, string(c.key()), unreadablef(c.row.offset, "malformed %s key", c.row.family))
}

func (d *run) unreadable(f family, name string, u *unreadable) error {
	if d.snap.opts.Strict {
		return decoder.Errorf(decoder.ErrCorrupt, u.offset, "%s %q: %s", f.info().typ, name, u.reason)
	}
	d.deliver(noteOf(keyspace.NoteUnreadable, f, name, u.offset, u.reason))
	return nil
}

// shadowed notes an encoding that a preferred one hides.
func (d *run) shadowed(f family, name string, offset int64, by slot) {
	d.deliver(noteOf(keyspace.NoteShadowed, f, name, offset, "hidden by "+by.String()))
}

// empty notes a collection without an element, which no Redis knows.
func (d *run) empty(f family, name string, offset int64, detail string) {
	d.deliver(noteOf(keyspace.NoteEmpty, f, name, offset, detail))
}

// noteOf returns a note about the key that a row of the family belongs to.
func noteOf(kind keyspace.NoteKind, f family, name string, offset int64, detail string) keyspace.Note {
	return keyspace.Note{Kind: kind, Name: name, Type: f.info().typ, Offset: offset, Detail: detail}
}
