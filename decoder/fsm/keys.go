package fsm

import (
	"errors"
	"fmt"

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
	lookups [familyCount]*lookup
	pending []keyspace.Note // of the key under way, delivered with its next part
	held    int             // bytes of them
	keyBuf  []byte

	itemScan *scanner
	itemMet  []byte // buffer of window
	items    int64  // list items delivered
}

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

// unreadable is why a key cannot be decoded. It is not an error of the file.
type unreadable struct {
	offset int64
	reason string
}

func unreadablef(offset int64, format string, args ...any) *unreadable {
	return &unreadable{offset: offset, reason: fmt.Sprintf(format, args...)}
}

// Error implements error, so that an unreadable can pass through callbacks.
func (u *unreadable) Error() string { return u.reason }

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
	typ := f.info().typ
	if d.snap.opts.Strict {
		return decoder.Errorf(decoder.ErrCorrupt, u.offset, "%s %q: %s", typ, name, u.reason)
	}
	d.deliver(keyspace.Note{Kind: keyspace.NoteUnreadable, Name: name, Type: typ, Offset: u.offset, Detail: u.reason})
	return nil
}

// shadowed notes an encoding that a preferred one hides.
func (d *run) shadowed(f family, name string, offset int64, by slot) {
	d.deliver(keyspace.Note{
		Kind: keyspace.NoteShadowed, Name: name, Type: f.info().typ, Offset: offset,
		Detail: "hidden by " + by.String(),
	})
}

// empty notes a collection without an element, which no Redis knows.
func (d *run) empty(f family, name string, offset int64, detail string) {
	d.deliver(keyspace.Note{Kind: keyspace.NoteEmpty, Name: name, Type: f.info().typ, Offset: offset, Detail: detail})
}

// lookup returns the lookup of a family. Each family has its own, because
// lookups in one family mostly ascend and then hit the same buffer.
func (d *run) lookup(f family) *lookup {
	if d.lookups[f] == nil {
		d.lookups[f] = d.snap.newLookup()
	}
	return d.lookups[f]
}

// storageKey returns the storage key of a family for a user key, valid until
// the next call.
func (d *run) storageKey(f family, name string) []byte {
	d.keyBuf = append(d.keyBuf[:0], f.prefix()...)
	if f.info().form == formGroup {
		d.keyBuf = appendUserKey(d.keyBuf, name)
	} else {
		d.keyBuf = append(d.keyBuf, name...)
	}
	return d.keyBuf
}

// get finds the visible row of a family that has one row per user key.
func (d *run) get(f family, name string) (*scanner, bool, error) {
	l := d.lookup(f)
	found, err := l.get(f, d.storageKey(f, name))
	return l.scan, found, err
}

// any reports whether a family that has many rows per user key has one.
func (d *run) any(f family, name string) (bool, error) {
	return d.lookup(f).first(f, d.storageKey(f, name))
}

// scanFamily returns a scanner of one family.
func (d *run) scanFamily(f family) *scanner {
	prefix := []byte(f.prefix())
	return d.snap.scan(familiesOf(f), prefix, successor(prefix), scanAhead)
}
