package tree

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"redrill/keyspace"
)

const entryIDBytes = 16 // what an ID counts towards the size of a part

func (w *Writer) stream(v keyspace.Stream) {
	for _, e := range v.Entries {
		if slices.ContainsFunc(e.Pairs, notUTF8) {
			w.losses.NotUTF8++
		}
		w.value.raw(`{"id":"` + e.ID.String() + `","fields":[`)
		for i, p := range e.Pairs {
			if i > 0 {
				w.value.raw(",")
			}
			w.value.raw(`{"name":`)
			w.value.bytes(p.Field, "")
			w.value.raw(`,"value":`)
			w.value.bytes(p.Value, "")
			w.value.raw("}")
		}
		w.value.raw("]}\n")
		w.elements++
		w.largest = e.ID
	}
}

func notUTF8(p keyspace.Pair) bool { return !utf8.ValidString(p.Field) || !utf8.ValidString(p.Value) }

// streamMeta writes the last line of a stream.
func (w *Writer) streamMeta(v keyspace.Stream, expireAt keyspace.ExpireAt) {
	if !v.MaxDeletedID.IsZero() {
		w.losses.MaxDeletedIDs++
	}
	last := keyspace.MaxID(v.LastID, w.largest)
	if last != v.LastID {
		w.losses.LastIDs++
	}
	o := w.value
	o.raw(`{"_meta":true,"length":`)
	o.uint(w.elements)
	o.raw(`,"last_ms":`)
	o.uint(last.Ms)
	o.raw(`,"last_seq":`)
	o.uint(last.Seq)
	o.raw(`,"expire_at_ms":`)
	o.expiry(expireAt)
	o.raw("}\n")
}

type streamValue struct {
	held    []keyspace.Entry
	largest keyspace.ID
	entries uint64
}

func (v *streamValue) parse(in *input, p *parts) (attributes, error) {
	l := newLines(in, maxElementBytes)
	s := newLineScanner(in.path)
	var line streamLine
	for !line.meta {
		text, err := l.next()
		if errors.Is(err, io.EOF) {
			return attributes{}, errorf(in.path, in.offset, `the "_meta" line is missing`)
		}
		if err != nil {
			return attributes{}, err
		}
		s.line(text, l.at)
		if line, err = s.streamLine(); err != nil {
			return attributes{}, err
		}
		if !line.meta {
			if err := v.add(in.path, l.at, line.entry, p); err != nil {
				return attributes{}, err
			}
		}
	}
	if _, err := l.next(); err == nil {
		return attributes{}, errorf(in.path, l.at, `the stream goes on after its "_meta" line`)
	} else if !errors.Is(err, io.EOF) {
		return attributes{}, err
	}
	// The entries are the data; CHECKSUMS says that none was lost.
	a := attributes{expireAt: line.expireAt, lastID: line.lastID}
	if line.length != v.entries {
		a.counter = fmt.Sprintf("stored length %d, entries %d", line.length, v.entries)
	}
	if line.lastID.Compare(v.largest) < 0 {
		a.behind = fmt.Sprintf("last ID %s, largest entry %s", line.lastID, v.largest)
	}
	return a, nil
}

// add takes the entry that stands at offset.
func (v *streamValue) add(path string, offset int64, e keyspace.Entry, p *parts) error {
	if v.entries > 0 && e.ID.Compare(v.largest) <= 0 {
		return errorf(path, offset, "entry %s after %s", e.ID, v.largest)
	}
	size := entryIDBytes
	for _, pair := range e.Pairs {
		size += len(pair.Field) + len(pair.Value)
	}
	if err := p.room(size); err != nil {
		return err
	}
	v.held = append(v.held, e)
	v.largest = e.ID
	v.entries++
	return nil
}

func (v *streamValue) take(a attributes) keyspace.Value {
	s := keyspace.Stream{Entries: v.held, LastID: a.lastID}
	v.held = nil
	return s
}

// streamLine is an entry or, with meta, what the last line says.
type streamLine struct {
	meta  bool
	entry keyspace.Entry

	length   uint64
	lastID   keyspace.ID
	expireAt keyspace.ExpireAt
}

// streamMember is a set of members of a stream's line.
type streamMember uint8

const (
	memberID streamMember = 1 << iota
	memberFields
	memberMeta
	memberLength
	memberLastMs
	memberLastSeq
	memberExpireAt

	entryMembers = memberID | memberFields
	metaMembers  = memberMeta | memberLength | memberLastMs | memberLastSeq | memberExpireAt
)

// streamLine reads a line. What the line is decides which members it has.
func (s *scanner) streamLine() (l streamLine, err error) {
	var seen streamMember
	s.expect("an object", '{')
	for {
		name, ok := s.nextMember()
		if !ok {
			break
		}
		seen |= s.streamMember(name, &l)
	}
	want := entryMembers
	if l.meta {
		want = metaMembers
	}
	if seen != want {
		s.fail(s.offset(), `a member is missing, or does not belong to a line of this kind`)
	}
	s.end()
	return l, s.err
}

// streamMember reads the value of a member into l.
func (s *scanner) streamMember(name string, l *streamLine) streamMember {
	switch name {
	case "id":
		l.entry.ID = s.id()
		return memberID
	case fieldsMember:
		l.entry.Pairs = s.pairs()
		return memberFields
	case "_meta":
		if l.meta = s.bool(); !l.meta {
			s.fail(s.offset(), `"_meta" is false`)
		}
		return memberMeta
	case "length":
		l.length = s.uint()
		return memberLength
	case "last_ms":
		l.lastID.Ms = s.uint()
		return memberLastMs
	case "last_seq":
		l.lastID.Seq = s.uint()
		return memberLastSeq
	case "expire_at_ms":
		l.expireAt = s.expiry()
		return memberExpireAt
	}
	s.unknown(name)
	return 0
}
