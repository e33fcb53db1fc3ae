package dump

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"unicode/utf8"

	"redrill/keyspace"
)

const (
	flushBytes = 64 << 10 // the buffer is written out when it holds this much
	pieceBytes = 12 << 10 // longer strings are appended in pieces; a multiple of 3
)

// Writer writes a dump. It is not safe for concurrent use.
type Writer struct {
	out  io.Writer
	hash hash.Hash
	buf  []byte // not yet hashed and written
	err  error  // the first error; every later call returns it

	version int
	begun   bool // there was a key or a note

	flushed   int64 // bytes hashed and written
	lineStart int64 // offset of the current line in the dump
	lineLimit int64

	parts    keyspace.Parts
	keys     int64
	elements int64
	notes    keyspace.Tally
	sum      string // set by Close
}

// NewWriter returns a writer that writes a dump of src to w. The first line is buffered,
// like all that follows, until there is enough to write or until Close. The dump
// has version 1 unless src has a fact besides last_commit_ts; only version 2 holds
// functions, expire times of fields, consumer groups, arrays and opaque values.
// Strings of src must be valid UTF-8, and its SHA256 be one or empty.
func NewWriter(w io.Writer, src keyspace.Origin) (*Writer, error) {
	if !utf8.ValidString(src.Format) {
		return nil, fmt.Errorf("write dump: source format %q is not UTF-8", src.Format)
	}
	if src.SHA256 != "" && !isSHA256(src.SHA256) {
		return nil, fmt.Errorf("write dump: invalid source SHA-256 %q", src.SHA256)
	}
	if src.Bytes < 0 {
		return nil, fmt.Errorf("write dump: source size %d is negative", src.Bytes)
	}
	d := &Writer{
		out:       w,
		hash:      sha256.New(),
		buf:       make([]byte, 0, flushBytes+8*pieceBytes),
		lineLimit: maxLineBytes,
		notes:     make(keyspace.Tally),
	}
	d.version = versionOf(src)
	b := append(d.buf, `{"redrill_dump":`...)
	b = strconv.AppendInt(b, int64(d.version), 10)
	b = append(b, `,"source":{"format":"`...)
	b = appendEscaped(b, src.Format)
	b = append(b, `","sha256":"`...)
	b = append(b, src.SHA256...)
	b = append(b, `","bytes":`...)
	b = strconv.AppendInt(b, src.Bytes, 10)
	b, err := appendFacts(b, src.Facts, d.version)
	if err != nil {
		return nil, err
	}
	d.buf = append(b, "}}\n"...)
	return d, nil
}

// appendFacts appends what the format says of a source: members of their own in
// version 1, one object in version 2.
func appendFacts(b []byte, facts []keyspace.Fact, version int) ([]byte, error) {
	if version > 1 {
		b = append(b, `,"facts":{`...)
	}
	for i, f := range facts {
		if !utf8.ValidString(f.Name) {
			return nil, fmt.Errorf("write dump: name %q of a fact is not UTF-8", f.Name)
		}
		if i > 0 || version == 1 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = appendEscaped(b, f.Name)
		b = append(b, `":`...)
		switch v := f.Value.(type) {
		case uint64:
			b = strconv.AppendUint(b, v, 10)
		case string:
			if !utf8.ValidString(v) {
				return nil, fmt.Errorf("write dump: fact %q is not UTF-8: %q", f.Name, v)
			}
			b = append(b, '"')
			b = appendEscaped(b, v)
			b = append(b, '"')
		default:
			return nil, fmt.Errorf("write dump: fact %q is neither a string nor a number", f.Name)
		}
	}
	if version > 1 {
		b = append(b, '}')
	}
	return b, nil
}

// Function writes the code of a function library. All of them come before the first
// key or note, and only in a dump of version 2.
func (w *Writer) Function(code string) error {
	switch {
	case w.err != nil:
		return w.err
	case w.version < 2:
		return w.fail(fmt.Errorf("write function: a dump of version 1 has no functions"))
	case w.begun:
		return w.fail(errors.New("write function: functions come before keys and notes"))
	}
	w.startLine()
	w.buf = append(w.buf, `{"function":`...)
	w.v(code)
	return w.endLine()
}

// Key writes k, a key or the next part of one. Parts of a key must be
// consecutive and agree on the members of the key, elements must be in the
// canonical order of their type; anything else is an error. Key keeps k.Name
// until the next call.
func (w *Writer) Key(k keyspace.Key) error {
	if w.err != nil {
		return w.err
	}
	if err := w.parts.Next(k); err != nil {
		return w.fail(fmt.Errorf("write key %q: %w", k.Name, err))
	}
	w.startLine()
	w.begun = true
	w.lead(`{"db":`, k.DB, k.Name)
	if err := w.value(k.Value); err != nil {
		return w.fail(fmt.Errorf("write key %q: %w", k.Name, err))
	}
	b := w.buf
	if ms, ok := k.ExpireAt.Ms(); ok {
		b = append(b, `,"expire_at_ms":`...)
		b = strconv.AppendInt(b, ms, 10)
	}
	if !k.Whole() {
		b = append(b, `,"part":`...)
		b = strconv.AppendInt(b, int64(k.Part), 10)
		if k.More {
			b = append(b, `,"more":true`...)
		}
	}
	w.buf = b
	if k.Part == 0 {
		w.keys++
	}
	w.elements += int64(k.Elements())
	return w.endLine()
}

// value writes the type of v and the members that depend on it.
func (w *Writer) value(v keyspace.Value) error {
	switch v := v.(type) {
	case keyspace.String:
		w.string(v)
	case keyspace.Hash:
		return w.fields(v)
	case keyspace.List:
		w.list(v)
	case keyspace.Set:
		return w.set(v)
	case keyspace.ZSet:
		return w.zset(v)
	case keyspace.Stream:
		return w.stream(v)
	case keyspace.HyperLogLog:
		return w.hyperLogLog(v)
	case keyspace.Array:
		return w.array(v)
	case keyspace.Opaque:
		return w.opaque(v)
	}
	return nil
}

// needs2 refuses what a dump of version 1 has no place for.
func (w *Writer) needs2(what string) error {
	if w.version < 2 {
		return fmt.Errorf("a dump of version 1 has no place for %s", what)
	}
	return nil
}

// Note writes n as a line of its own, which may stand anywhere between the
// first line and the last. Its kind must be one that stands for a key or an
// element; the others go to Count.
func (w *Writer) Note(n keyspace.Note) error {
	if w.err != nil {
		return w.err
	}
	switch {
	case !n.Kind.Known():
		return w.fail(fmt.Errorf("write note: unknown kind %q", n.Kind))
	case !n.Kind.Meaning().Delivered:
		return w.fail(fmt.Errorf("write note: kind %q is only counted", n.Kind))
	case n.DB < 0 || n.DB > keyspace.MaxDB:
		return w.fail(fmt.Errorf("write note: database %d is out of range", n.DB))
	case int(n.Type) >= len(keyspace.Types):
		return w.fail(fmt.Errorf("write note: unknown type %d", n.Type))
	case w.version < 2 && n.Type > keyspace.TypeHyperLogLog:
		return w.fail(fmt.Errorf("write note: a dump of version 1 has no type %s", n.Type))
	case n.Offset < -1:
		return w.fail(fmt.Errorf("write note: offset %d is negative", n.Offset))
	}
	w.startLine()
	w.begun = true
	w.buf = append(w.buf, `{"note":"`...)
	w.buf = append(w.buf, n.Kind...)
	w.lead(`","db":`, n.DB, n.Name)
	w.buf = append(w.buf, `,"type":"`...)
	w.buf = append(w.buf, n.Type.String()...)
	w.buf = append(w.buf, '"')
	if n.Element != nil {
		w.buf = append(w.buf, `,"element":`...)
		w.v(*n.Element)
	}
	if n.Offset >= 0 {
		w.buf = append(w.buf, `,"offset":`...)
		w.buf = strconv.AppendInt(w.buf, n.Offset, 10)
	}
	if n.Detail != "" {
		w.buf = append(w.buf, `,"detail":`...)
		w.v(n.Detail)
	}
	w.notes[n.Kind]++
	return w.endLine()
}

// Count adds n to the count of a kind that is only counted. A kind whose notes
// are lines, an unknown kind or a negative n is an error, which the next call
// that returns one reports.
func (w *Writer) Count(kind keyspace.NoteKind, n int64) {
	if w.err != nil {
		return
	}
	switch {
	case !kind.Known():
		w.err = fmt.Errorf("count notes: unknown kind %q", kind)
	case kind.Meaning().Delivered:
		w.err = fmt.Errorf("count notes: kind %q stands for keys and is not counted", kind)
	case n < 0 || w.notes[kind]+n < 0:
		w.err = fmt.Errorf("count notes: %d of kind %q", n, kind)
	case n > 0:
		w.notes[kind] += n
	}
}

// Close writes the last line and what is buffered. It does not close the
// underlying writer. Without a Close that returns nil there is no dump. Calls
// after Close are errors.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.parts.End(); err != nil {
		return w.fail(fmt.Errorf("write last line: %w", err))
	}
	if w.flush(); w.err != nil {
		return w.err
	}
	b := append(w.buf, `{"end":true,"keys":`...)
	b = strconv.AppendInt(b, w.keys, 10)
	b = append(b, `,"elements":`...)
	b = strconv.AppendInt(b, w.elements, 10)
	b = append(b, `,"notes":{`...)
	comma := false
	for _, kind := range keyspace.NoteKinds {
		n := w.notes[kind]
		if n == 0 {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, '"')
		b = append(b, kind...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, n, 10)
	}
	b = append(b, `},"sha256":"`...)
	sum := hex.EncodeToString(w.hash.Sum(nil))
	b = append(b, sum...)
	w.buf = append(b, "\"}\n"...)
	if w.flush(); w.err != nil {
		return w.err
	}
	w.sum = sum
	w.err = errors.New("write dump: the writer is closed")
	return nil
}

// lead appends open, the database and the member "key".
func (w *Writer) lead(open string, db int, name string) {
	w.buf = append(w.buf, open...)
	w.buf = strconv.AppendInt(w.buf, int64(db), 10)
	w.buf = append(w.buf, `,"key":`...)
	w.v(name)
}

// v appends the byte string s, and makes room in the buffer when it is full, so
// that what is appended between two calls may be assumed to be small.
func (w *Writer) v(s string) {
	if len(s) > pieceBytes {
		w.longV(s)
	} else {
		w.buf = appendV(w.buf, s)
	}
	if len(w.buf) >= flushBytes {
		w.flush()
	}
}

// longV appends s in pieces, which keeps the buffer small.
func (w *Writer) longV(s string) {
	if !utf8.ValidString(s) {
		w.buf = append(w.buf, `{"base64":"`...)
		for len(s) > 0 && w.err == nil {
			n := min(len(s), pieceBytes)
			w.buf = appendBase64(w.buf, s[:n])
			s = s[n:]
			w.flush()
		}
		w.buf = append(w.buf, `"}`...)
		return
	}
	w.buf = append(w.buf, '"')
	for len(s) > 0 && w.err == nil {
		n := min(len(s), pieceBytes)
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		w.buf = appendEscaped(w.buf, s[:n])
		s = s[n:]
		w.flush()
	}
	w.buf = append(w.buf, '"')
}

// SHA256 returns the checksum of the dump, in lower-case hexadecimal; it is empty
// until Close has returned nil.
func (w *Writer) SHA256() string { return w.sum }

func (w *Writer) startLine() { w.lineStart = w.flushed + int64(len(w.buf)) }

// endLine closes the object and the line.
func (w *Writer) endLine() error {
	w.buf = append(w.buf, "}\n"...)
	if n := w.flushed + int64(len(w.buf)) - w.lineStart; n > w.lineLimit {
		return w.fail(fmt.Errorf("write dump: a line of %d bytes is longer than %d", n, w.lineLimit))
	}
	return w.err
}

// flush hashes and writes what is buffered.
func (w *Writer) flush() {
	if w.err != nil || len(w.buf) == 0 {
		return
	}
	w.hash.Write(w.buf)
	n, err := w.out.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("write dump: %w", err)
	}
	w.flushed += int64(len(w.buf))
	w.buf = w.buf[:0]
}

func (w *Writer) fail(err error) error {
	w.err = err
	return err
}

// misplaced is the error about an element that breaks the canonical order.
func misplaced(what, before, name string) error {
	if before == name {
		return fmt.Errorf("duplicate %s %q", what, name)
	}
	return fmt.Errorf("%s %q after %q", what, name, before)
}
