package dump

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/bits"
	"strings"

	"redrill/keyspace"
)

// Reader reads a dump. It is not safe for concurrent use.
type Reader struct {
	lines *lines
	src   keyspace.Origin
	used  bool

	scanner scanner
	record  record

	functions []string
	held      *heldLine // read with the functions

	parts    keyspace.Parts
	keys     int64
	elements int64
	notes    keyspace.Tally // of the notes that were delivered
	counted  keyspace.Tally // set by the last line
	sum      string         // set by the last line
}

// NewReader reads and checks the first line of the dump in r. An error unwraps
// to [ErrDump], to [ErrVersion] or to the error of r.
func NewReader(r io.Reader) (*Reader, error) { return newReader(r, maxLineBytes) }

func newReader(r io.Reader, lineLimit int) (*Reader, error) {
	d := &Reader{lines: newLines(r, lineLimit), notes: make(keyspace.Tally)}
	line, err := d.lines.next()
	if errors.Is(err, io.EOF) {
		return nil, d.lines.errorf(0, "the dump is empty")
	}
	if err != nil {
		return nil, err
	}
	s := scanner{s: string(line)}
	d.src = s.header()
	if s.err != nil {
		s.err.Line = d.lines.n
		return nil, s.err
	}
	d.scanner.version = s.version
	if s.version > 1 {
		d.readFunctions()
	}
	return d, nil
}

// heldLine is a line that was read ahead, or the error of that.
type heldLine struct {
	kind lineKind
	err  error
}

// readFunctions reads the functions, and the line behind them.
func (r *Reader) readFunctions() {
	for {
		kind, err := r.next()
		if err != nil || kind != functionLine {
			r.held = &heldLine{kind, err}
			return
		}
		r.functions = append(r.functions, r.record.function)
	}
}

// Functions returns the code of the function libraries.
func (r *Reader) Functions() []string { return r.functions }

// Origin returns what the first line says about where the keys come from.
func (r *Reader) Origin() keyspace.Origin { return r.src }

// Counted returns the notes that are only counted, as the last line says. It is
// nil until a sequence has ended without an error.
func (r *Reader) Counted() keyspace.Tally { return r.counted }

// SHA256 returns the checksum of the dump, in lower-case hexadecimal. It is empty
// until a sequence has ended without an error.
func (r *Reader) SHA256() string { return r.sum }

// Keys returns the keys of the dump in its order. It calls note, unless it is nil,
// with each note at its place between the keys. The sequence ends with an error
// unless the whole dump is right and nothing follows its last line. After an error
// the keys before it must not be trusted. The error unwraps to [ErrDump] or to the
// error of the underlying reader.
//
// Keys is single use: ranging over a second sequence of the same Reader panics.
func (r *Reader) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		if r.used {
			panic("dump: a Reader's keys were ranged over twice")
		}
		r.used = true
		for {
			kind, err := r.nextOrHeld()
			if err != nil {
				yield(keyspace.Key{}, err)
				return
			}
			switch kind {
			case functionLine:
				yield(keyspace.Key{}, r.lines.errorf(0, "a function after keys or notes"))
				return
			case keyLine:
				if !yield(r.record.key, nil) {
					return
				}
			case noteLine:
				if note != nil {
					note(r.record.note)
				}
			case lastLine:
				return
			}
		}
	}
}

// lineKind says what a line after the first is.
type lineKind uint8

const (
	keyLine lineKind = iota
	noteLine
	lastLine
	functionLine
)

// nextOrHeld is next, or what was read ahead.
func (r *Reader) nextOrHeld() (lineKind, error) {
	if h := r.held; h != nil {
		r.held = nil
		return h.kind, h.err
	}
	return r.next()
}

// next reads a line into r.record and reports its kind.
func (r *Reader) next() (lineKind, error) {
	line, err := r.lines.next()
	if errors.Is(err, io.EOF) {
		return 0, r.lines.errorf(0, "the dump is truncated: its last line is missing")
	}
	if err != nil {
		return 0, err
	}
	s := &r.scanner
	if len(s.s) > retainBytes {
		s.scratch = scratch{}
	}
	s.s, s.i, s.err = string(line), 0, nil
	s.record(&r.record)
	if s.err != nil {
		s.err.Line = r.lines.n
		return 0, s.err
	}
	switch seen := r.record.seen; {
	case seen&mEnd != 0:
		return lastLine, r.last()
	case seen&mNote != 0:
		return noteLine, r.note()
	case seen&mFunction != 0:
		return functionLine, r.members(mFunction, 0)
	}
	return keyLine, r.key(len(line))
}

// key completes r.record.key and checks it.
func (r *Reader) key(lineBytes int) error {
	rec := &r.record
	required, optional := mDB|mKey|mType|mPayload, mExpireAt|mPart|mMore
	if rec.seen&mType != 0 {
		required, optional = r.complete(required, optional)
	}
	if err := r.members(required, optional); err != nil {
		return err
	}
	switch {
	case rec.key.More && rec.seen&mPart == 0:
		return r.lines.errorf(0, `"more" without "part"`)
	case rec.seen&mPart != 0 && rec.key.Part == 0 && !rec.key.More:
		return r.lines.errorf(0, `part 0 without "more": a key in one piece has no "part"`)
	}
	// A name outlives its value where names are collected: it must not keep
	// the whole line in memory.
	if lineBytes > 4*len(rec.key.Name)+128 {
		rec.key.Name = strings.Clone(rec.key.Name)
	}
	if err := r.parts.Next(rec.key); err != nil {
		return r.lines.errorf(0, "%v", err)
	}
	if rec.key.Part == 0 {
		r.keys++
	}
	r.elements += int64(rec.key.Elements())
	return nil
}

// complete puts together the value of a type whose value takes several members, and
// returns the members that it has.
func (r *Reader) complete(required, optional member) (member, member) {
	rec := &r.record
	switch rec.typ {
	case keyspace.TypeStream:
		rec.stream.Entries = rec.entries
		rec.key.Value = rec.stream
		return required | mLastID, optional | mMaxDeletedID | mEntriesAdded | mFirstID | mGroups
	case keyspace.TypeArray:
		rec.key.Value = keyspace.Array{Cells: rec.cells, Next: rec.next}
		return required, optional | mNext
	case keyspace.TypeOpaque:
		rec.key.Value = rec.opaque
		return required&^mPayload | mKind | mBytes, optional &^ (mPart | mMore)
	case keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet, keyspace.TypeHyperLogLog:
	}
	return required, optional
}

// note completes r.record.note and counts it.
func (r *Reader) note() error {
	rec := &r.record
	if err := r.members(mNote|mDB|mKey|mType, mElement|mOffset|mDetail); err != nil {
		return err
	}
	rec.note.DB, rec.note.Name, rec.note.Type = rec.key.DB, rec.key.Name, rec.typ
	r.notes[rec.note.Kind]++
	return nil
}

// last checks the last line, and that it is the last.
func (r *Reader) last() error {
	rec := &r.record
	if err := r.members(mEnd|mKeys|mElements|mNotes|mSHA256, 0); err != nil {
		return err
	}
	if err := r.parts.End(); err != nil {
		return r.lines.errorf(0, "%v", err)
	}
	if rec.keys != r.keys || rec.elements != r.elements {
		return r.lines.errorf(0, "counts %d keys and %d elements, the dump holds %d and %d",
			rec.keys, rec.elements, r.keys, r.elements)
	}
	counted := make(keyspace.Tally)
	for _, kind := range keyspace.NoteKinds {
		n := rec.notes[kind]
		if kind.Meaning().Delivered {
			if n != r.notes[kind] {
				return r.lines.errorf(0, "counts %d notes of kind %q, the dump holds %d", n, kind, r.notes[kind])
			}
		} else if n > 0 {
			counted[kind] = n
		}
	}
	sum := r.lines.sum()
	if got, err := hex.DecodeString(rec.sha256); err != nil || !isSHA256(rec.sha256) || !bytes.Equal(got, sum) {
		return r.lines.errorf(0, "SHA-256 is %x, the last line says %q", sum, clip(rec.sha256))
	}
	if _, err := r.lines.next(); err == nil {
		return r.lines.errorf(0, "the dump goes on after its last line")
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	r.counted, r.sum = counted, rec.sha256
	return nil
}

// members checks that the line has all required members and no others but optional ones.
func (r *Reader) members(required, optional member) error {
	seen := r.record.seen
	if missing := required &^ seen; missing != 0 {
		return r.lines.errorf(0, "member %q is missing", missing.first())
	}
	if others := seen &^ (required | optional); others != 0 {
		return r.lines.errorf(0, "member %q does not belong to this line", others.first())
	}
	return nil
}

// first returns the name of the first member in m.
func (m member) first() string {
	names := [...]string{
		"db", "key", "type", "value", "expire_at_ms", "part", "more", "last_id", "max_deleted_id",
		"note", "element", "offset", "detail", "end", "keys", "elements", "notes", "sha256",
		"entries_added", "first_id", "groups", "next", "kind", "bytes", "function",
	}
	return names[bits.TrailingZeros32(uint32(m))]
}
