package rdb

import (
	"redrill/keyspace"
)

// out is where a value goes while it is decoded: in parts to the consumer of the
// sequence or, in a check, nowhere.
type out struct {
	run   *run
	in    *reader
	entry entry
	part  int
	// expected is how many elements are likely to follow; 0: nobody knows.
	expected int
	notes    []keyspace.Note // held until it is certain that the key is readable

	check bool    // nothing is delivered
	names *unique // in a check: the names of elements across parts
	sure  bool    // all of the value has been checked
}

// value decodes the value of the entry, at which the reader stands.
func (o *out) value() error {
	switch o.entry.kind.form {
	case formString:
		return o.string()
	case formList, formListZiplist, formListZiplists, formQuicklist:
		return o.list()
	case formSet, formIntset, formSetListpack:
		return o.set()
	case formZSetText, formZSetBinary, formZSetZiplist, formZSetListpack:
		return o.zset()
	case formHash, formZipmap, formHashZiplist, formHashListpack, formHashTimes, formHashTimesListpack,
		formHashExpiry, formHashExpiryListpack, formHashValkey, formTemplated, formTemplatedListpack:
		return o.hash()
	case formStream1, formStream2, formStream3, formStream4, formStream5:
		return o.stream()
	case formArray:
		return o.array()
	case formModule:
		return o.module()
	case formNone:
	}
	return nil
}

// limit returns the bounds of a part.
func (o *out) limit() keyspace.PartLimit { return o.run.snap.opts.Part }

// emit delivers one part, after the notes about it. Before a part that is not the
// last, the whole value is checked: what was delivered cannot be taken back.
func (o *out) emit(v keyspace.Value, more bool) error {
	if o.check {
		o.part++
		return nil
	}
	if more && !o.sure {
		if err := o.checkAll(); err != nil {
			return err
		}
		o.sure = true
	}
	for _, n := range o.notes {
		o.run.deliver(n)
	}
	o.notes = nil
	k := keyspace.Key{DB: o.entry.db, Name: o.entry.name, ExpireAt: o.entry.expireAt, Value: v, Part: o.part, More: more}
	o.part++
	if !o.run.yield(k, nil) {
		return errStopped
	}
	return nil
}

// empty notes a collection without an element in place of the key.
func (o *out) empty() error {
	if !o.check {
		o.run.deliver(o.entry.note(keyspace.NoteEmpty, o.entry.offset, "servers skip it when they load the file"))
	}
	return nil
}

// checkAll decodes the value once more from its beginning, and looks for elements
// that occur twice in different parts.
func (o *out) checkAll() error {
	names := newUnique(nameHashes)
	for {
		c := out{run: o.run, in: o.in.at(o.entry.value, readStep), entry: o.entry, check: true, names: names}
		if err := c.value(); err != nil {
			return err
		}
		if names.pass() {
			continue
		}
		if twice := names.twice(); len(twice) > 0 {
			return o.twice(twice[0])
		}
		return nil
	}
}

// twice is why a collection whose elements are unique cannot be read.
func (o *out) twice(name string) error {
	return unreadablef(o.entry.offset, "%q occurs twice", name)
}

// sink collects elements into parts.
type sink[E any] struct {
	o      *out
	value  func(held []E) keyspace.Value // in canonical order; owns held, which it sorts
	name   func(e *E) string             // by which elements are unique; nil: they are not
	others int                           // elements of the first part that are not held
	held   []E
	bytes  int
	total  int64
}

// add appends an element whose names and values have size bytes.
func (s *sink[E]) add(e E, size int) error {
	if s.o.limit().Reached(len(s.held)+s.others, s.bytes) {
		if err := s.flush(true); err != nil {
			return err
		}
	}
	if s.held == nil {
		s.held = make([]E, 0, max(min(s.o.expected, s.o.limit().Elements), 1))
	}
	s.held = append(s.held, e)
	s.bytes += size
	s.total++
	return nil
}

// close delivers the last part, or notes that there is no element.
func (s *sink[E]) close() error {
	if s.total == 0 {
		return s.o.empty()
	}
	return s.flush(false)
}

func (s *sink[E]) flush(more bool) error {
	if s.o.check && s.name != nil {
		for i := range s.held {
			s.o.names.add(s.name(&s.held[i]))
		}
	}
	v := s.value(s.held)
	for i := 1; s.name != nil && i < len(s.held); i++ {
		if name := s.name(&s.held[i]); name == s.name(&s.held[i-1]) {
			return s.o.twice(name)
		}
	}
	if s.o.check {
		s.held = s.held[:0]
	} else {
		s.held = nil
	}
	s.bytes, s.others = 0, 0
	return s.o.emit(v, more)
}

// texts are elements that are byte strings.
type texts struct{ sink[string] }

// text reads the next element, which is a string of its own.
func (s *texts) text() error {
	text, err := s.o.in.owned()
	if err != nil {
		return err
	}
	return s.add(text, len(text))
}

// packedText returns what takes elements of a packed blob.
func (s *texts) packedText() func(packed) error {
	return func(e packed) error {
		text := e.text()
		return s.add(text, len(text))
	}
}

// blobElements reads a string that holds a packed blob and gives each element to
// take; per of them make one element of the key. Its errors are about the blob, at the
// string.
func (o *out) blobElements(open func(string) (blob, error), per int, take func(packed) error) error {
	at := o.in.pos()
	s, err := o.in.owned()
	if err != nil {
		return err
	}
	b, err := open(s)
	if err != nil {
		return unreadablef(at, "%v", err)
	}
	o.expected = b.expected() / per
	for {
		e, more, err := b.next()
		if err != nil {
			return unreadablef(at, "%v", err)
		}
		if !more {
			return nil
		}
		if err := take(e); err != nil {
			return err
		}
	}
}

// The blobs, for blobElements.

func openListpack(s string) (blob, error) { return opened(newListpack(s)) }
func openZiplist(s string) (blob, error)  { return opened(newZiplist(s)) }
func openZipmap(s string) (blob, error)   { return opened(newZipmap(s)) }
func openIntset(s string) (blob, error)   { return opened(newIntset(s)) }

// opened keeps a nil pointer from becoming a blob.
func opened[B blob](b B, err error) (blob, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}

// groups calls take with elements that come n at a time.
func (o *out) groups(open func(string) (blob, error), n int, take func([]packed) error) error {
	at := o.in.pos()
	held := make([]packed, 0, n)
	err := o.blobElements(open, n, func(e packed) error {
		held = append(held, e)
		if len(held) < n {
			return nil
		}
		err := take(held)
		held = held[:0]
		return err
	})
	if err == nil && len(held) > 0 {
		err = unreadablef(at, "%q is the last element, and without its value", held[0].text())
	}
	return err
}
