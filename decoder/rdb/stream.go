package rdb

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"redrill/keyspace"
)

const rawIDBytes = 16

// rawID reads an ID as keys of nodes and pending lists hold it.
func rawID(b []byte) keyspace.ID {
	return keyspace.ID{Ms: binary.BigEndian.Uint64(b), Seq: binary.BigEndian.Uint64(b[8:])}
}

// lenID reads an ID of two lengths.
func (r *reader) lenID() (id keyspace.ID, err error) {
	if id.Ms, err = r.len(); err == nil {
		id.Seq, err = r.len()
	}
	return id, err
}

// skipStream passes a stream (SPEC-RDB 4.9.1).
func (w *walk) skipStream(f form) error {
	in := w.in
	if err := in.skipItems("nodes", 2, func() error { return in.skipStrs(2) }); err != nil {
		return err
	}
	numbers := 3 // length, last ID
	if f >= formStream2 {
		numbers += 5 // first ID, largest deleted ID, entries added
	}
	if err := w.in.lens(numbers); err != nil {
		return err
	}
	if err := in.skipItems("groups", 5, func() error { return w.skipGroup(f) }); err != nil {
		return err
	}
	if f < formStream4 {
		return nil
	}
	return w.skipProducers()
}

// streamHead is what stands between the nodes and the groups of a stream.
type streamHead struct {
	length       uint64
	last, first  keyspace.ID
	maxDeleted   keyspace.ID
	entriesAdded keyspace.Optional[uint64] // with it, first and maxDeleted are known
}

func (r *reader) streamHead(f form) (h streamHead, err error) {
	if h.length, err = r.len(); err != nil {
		return h, err
	}
	if h.last, err = r.lenID(); err != nil || f < formStream2 {
		return h, err
	}
	if h.first, err = r.lenID(); err != nil {
		return h, err
	}
	if h.maxDeleted, err = r.lenID(); err != nil {
		return h, err
	}
	n, err := r.len()
	h.entriesAdded = keyspace.Some(n)
	return h, err
}

// stream decodes a stream. What stands behind its nodes is read before them, because
// every part of the key says it.
func (o *out) stream() error {
	f := o.entry.kind.form
	at := o.in.pos()
	n, err := o.in.count("nodes", 2)
	if err != nil {
		return err
	}
	nodes := streamNodes{o: o, at: o.in.pos(), n: n}
	if err := nodes.skip(); err != nil {
		return err
	}
	head, err := o.in.streamHead(f)
	if err != nil {
		return err
	}
	groups, err := o.streamGroups(f)
	if err != nil {
		return err
	}
	if f >= formStream4 {
		if err := o.producers(); err != nil {
			return err
		}
	}
	end := o.in.pos()
	about := keyspace.Stream{LastID: head.last, MaxDeletedID: head.maxDeleted, EntriesAdded: head.entriesAdded}
	if f >= formStream2 {
		first, err := nodes.first()
		if err != nil {
			return err
		}
		if first != head.first {
			about.FirstID = keyspace.Some(head.first)
		}
	}
	if err := o.entries(at, about, groups, &nodes, head); err != nil {
		return err
	}
	o.in.seek(end)
	return nil
}

// entries delivers the groups of a stream, then its entries.
func (o *out) entries(at int64, about keyspace.Stream, groups []keyspace.Group, nodes *streamNodes, head streamHead) error {
	lists := keyspace.SplitGroups(groups, o.limit().Elements)
	for len(lists) > 1 {
		v := about
		v.Groups = lists[0]
		if err := o.emit(v, true); err != nil {
			return err
		}
		lists = lists[1:]
	}
	s := sink[keyspace.Entry]{o: o, value: func(held []keyspace.Entry) keyspace.Value {
		v := about
		v.Entries = held
		if len(lists) > 0 {
			v.Groups, lists = lists[0], nil
		}
		return v
	}}
	if len(lists) > 0 {
		s.others = keyspace.GroupItems(lists[0])
	}
	var last keyspace.ID
	err := nodes.each(func(e keyspace.Entry, node int64) error {
		if s.total > 0 && e.ID.Compare(last) <= 0 {
			return unreadablef(node, "entry %s after %s", e.ID, last)
		}
		last = e.ID
		size := 0
		for _, p := range e.Pairs {
			size += len(p.Field) + len(p.Value)
		}
		return s.add(e, size)
	})
	if err != nil {
		return err
	}
	if uint64(s.total) != head.length {
		o.notes = append(o.notes, o.entry.note(keyspace.NoteCounter, at, keyspace.CounterDetail(int64(head.length&(1<<63-1)), s.total)))
	}
	if s.total > 0 && head.last.Compare(last) < 0 {
		o.notes = append(o.notes, o.entry.note(keyspace.NoteLastID, at, "last ID "+head.last.String()+", largest entry "+last.String()))
	}
	return s.flush(false)
}

// streamNodes are the nodes of a stream: a first ID and a listpack of entries each.
type streamNodes struct {
	o      *out
	at     int64 // of the first
	n      int64
	sorted []nodePlace // in the order of their IDs, where the file has them in another
}

type nodePlace struct {
	id     keyspace.ID
	offset int64
}

// maxUnsorted bounds how many nodes may be out of order; servers write none.
const maxUnsorted = 1 << 20

// skip passes all nodes, and finds out whether they are in order.
func (s *streamNodes) skip() error {
	in := s.o.in
	var last keyspace.ID
	ordered := true
	for i := range s.n {
		id, err := s.key()
		if err != nil {
			return err
		}
		if i > 0 && id.Compare(last) <= 0 {
			ordered = false
		}
		last = id
		if err := in.skipStr(); err != nil {
			return err
		}
	}
	if ordered {
		return nil
	}
	return s.sort()
}

// sort notes where the nodes are, in the order of their IDs.
func (s *streamNodes) sort() error {
	in := s.o.in
	end := in.pos()
	if s.n > maxUnsorted {
		return unreadablef(s.at, "the nodes of the stream are not in order, and there are more than %d", maxUnsorted)
	}
	in.seek(s.at)
	s.sorted = nil
	for range s.n {
		at := in.pos()
		id, err := s.key()
		if err != nil {
			return err
		}
		s.sorted = append(s.sorted, nodePlace{id, at})
		if err := in.skipStr(); err != nil {
			return err
		}
	}
	slices.SortFunc(s.sorted, func(a, b nodePlace) int { return cmp.Or(a.id.Compare(b.id), cmp.Compare(a.offset, b.offset)) })
	for i := 1; i < len(s.sorted); i++ {
		if s.sorted[i].id == s.sorted[i-1].id {
			return unreadablef(s.sorted[i].offset, "two nodes of the stream have the ID %s", s.sorted[i].id)
		}
	}
	in.seek(end)
	return nil
}

// key reads the ID of a node.
func (s *streamNodes) key() (keyspace.ID, error) {
	at := s.o.in.pos()
	b, err := s.o.in.str()
	if err != nil {
		return keyspace.ID{}, err
	}
	if len(b) != rawIDBytes {
		return keyspace.ID{}, unreadablef(at, "the ID of a node has %d bytes, not %d", len(b), rawIDBytes)
	}
	return rawID(b), nil
}

// errFirst ends the search for the first entry.
var errFirst = errors.New("first entry")

// first returns the ID of the first entry, 0-0 if there is none.
func (s *streamNodes) first() (id keyspace.ID, err error) {
	err = s.each(func(e keyspace.Entry, _ int64) error {
		id = e.ID
		return errFirst
	})
	if errors.Is(err, errFirst) {
		err = nil
	}
	return id, err
}

// each calls take with every entry that is not deleted, and with the offset of its
// node.
func (s *streamNodes) each(take func(e keyspace.Entry, node int64) error) error {
	in := s.o.in
	in.seek(s.at)
	for i := range s.n {
		if s.sorted != nil {
			in.seek(s.sorted[i].offset)
		}
		at := in.pos()
		id, err := s.key()
		if err != nil {
			return err
		}
		blob, err := in.owned()
		if err != nil {
			return err
		}
		list, err := newListpack(blob)
		if err != nil {
			return unreadablef(at, "%v", err)
		}
		n := node{list: list, at: at, id: id}
		if err := n.read(func(e keyspace.Entry) error { return take(e, at) }); err != nil {
			return err
		}
	}
	return nil
}

// node reads the entries of one node (SPEC-RDB 4.9.2).
type node struct {
	list  *listpack
	at    int64
	id    keyspace.ID
	names []string // of the fields that most entries have
}

// Flags of an entry.
const (
	entryDeleted    = 1
	entrySameFields = 2
)

func (n *node) read(take func(keyspace.Entry) error) error {
	live, err := n.number("live entries")
	if err != nil {
		return err
	}
	deleted, err := n.number("deleted entries")
	if err != nil {
		return err
	}
	if n.names, err = n.master(); err != nil {
		return err
	}
	for {
		flags, more, err := n.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		e, err := n.entry(flags)
		if err != nil {
			return err
		}
		if flags.n&entryDeleted != 0 {
			deleted--
			continue
		}
		live--
		if len(e.Pairs) == 0 {
			return unreadablef(n.at, "entry %s has no field", e.ID)
		}
		if e.ID.IsZero() {
			return unreadablef(n.at, "an entry has the ID 0-0")
		}
		if err := take(e); err != nil {
			return err
		}
	}
	if live != 0 || deleted != 0 {
		return unreadablef(n.at, "node %s has %d live and %d deleted entries fewer than it says", n.id, live, deleted)
	}
	return nil
}

// master reads the names of fields in front of the entries.
func (n *node) master() (names []string, err error) {
	count, err := n.number("fields")
	if err != nil {
		return nil, err
	}
	if count > int64(len(n.list.s)) {
		return nil, unreadablef(n.at, "node %s claims %d fields in %d bytes", n.id, count, len(n.list.s))
	}
	names = make([]string, count)
	for i := range names {
		if names[i], err = n.text(); err != nil {
			return nil, err
		}
	}
	zero, err := n.number("end of the fields")
	if err == nil && zero != 0 {
		err = unreadablef(n.at, "node %s: %d instead of 0 behind the names of its fields", n.id, zero)
	}
	return names, err
}

// entry reads an entry behind its flags.
func (n *node) entry(flags packed) (e keyspace.Entry, err error) {
	if !flags.integer || flags.n&^(entryDeleted|entrySameFields) != 0 {
		return e, unreadablef(n.at, "node %s: an entry has the flags %q", n.id, flags.text())
	}
	ms, err := n.integer("ID")
	if err != nil {
		return e, err
	}
	seq, err := n.integer("ID")
	if err != nil {
		return e, err
	}
	e.ID = keyspace.ID{Ms: n.id.Ms + uint64(ms), Seq: n.id.Seq + uint64(seq)}
	var pieces int64
	if flags.n&entrySameFields != 0 {
		e.Pairs = make([]keyspace.Pair, len(n.names))
		for i := range e.Pairs {
			e.Pairs[i].Field = n.names[i]
			if e.Pairs[i].Value, err = n.text(); err != nil {
				return e, err
			}
		}
		pieces = 3 + int64(len(e.Pairs))
	} else {
		fields, err := n.number("fields of an entry")
		if err != nil {
			return e, err
		}
		if fields > int64(len(n.list.s)) {
			return e, unreadablef(n.at, "entry %s claims %d fields in %d bytes", e.ID, fields, len(n.list.s))
		}
		e.Pairs = make([]keyspace.Pair, fields)
		for i := range e.Pairs {
			if e.Pairs[i].Field, err = n.text(); err != nil {
				return e, err
			}
			if e.Pairs[i].Value, err = n.text(); err != nil {
				return e, err
			}
		}
		pieces = 4 + 2*fields
	}
	said, err := n.integer("pieces of an entry")
	if err == nil && said != pieces {
		err = unreadablef(n.at, "entry %s has %d pieces and says that it has %d", e.ID, pieces, said)
	}
	return e, err
}

// next reads a piece; more is false at the end of the node.
func (n *node) next() (p packed, more bool, err error) {
	p, more, err = n.list.next()
	if err != nil {
		return p, false, unreadablef(n.at, "node %s: %v", n.id, err)
	}
	return p, more, nil
}

func (n *node) text() (string, error) {
	p, more, err := n.next()
	if err == nil && !more {
		err = unreadablef(n.at, "node %s ends within an entry", n.id)
	}
	return p.text(), err
}

func (n *node) integer(what string) (int64, error) {
	p, more, err := n.next()
	switch {
	case err != nil:
		return 0, err
	case !more:
		return 0, unreadablef(n.at, "node %s ends before the %s", n.id, what)
	case !p.integer:
		return 0, unreadablef(n.at, "node %s: %q is not a number (%s)", n.id, p.bytes, what)
	}
	return p.n, nil
}

// number is integer, not negative.
func (n *node) number(what string) (int64, error) {
	i, err := n.integer(what)
	if err == nil && i < 0 {
		err = unreadablef(n.at, "node %s: %d %s", n.id, i, what)
	}
	return i, err
}

// skipProducers passes what idempotent producers sent (SPEC-RDB 4.9.5).
func (w *walk) skipProducers() error {
	if err := w.in.lens(2); err != nil {
		return err
	}
	in := w.in
	err := in.skipItems("producers", 2, func() error {
		if err := in.skipStrs(1); err != nil {
			return err
		}
		return in.skipMessages()
	})
	if err != nil {
		return err
	}
	return w.in.lens(2)
}

// Bounds of what a stream remembers of idempotent producers.
const (
	maxIdempotentSeconds = 86400
	maxIdempotentEntries = 10000
)

// producers checks what idempotent producers sent. It is not part of what a client
// reads.
func (o *out) producers() error {
	at := o.in.pos()
	duration, err := o.in.len()
	if err != nil {
		return err
	}
	most, err := o.in.len()
	if err != nil {
		return err
	}
	if duration-1 >= maxIdempotentSeconds || most-1 >= maxIdempotentEntries {
		return unreadablef(at, "producers are remembered for %d seconds and %d entries: no server takes that", duration, most)
	}
	names := map[string]bool{}
	err = o.in.skipItems("producers", 2, func() error {
		name, err := o.in.owned()
		if err != nil {
			return err
		}
		if names[name] {
			return unreadablef(at, "producer %q occurs twice", name)
		}
		names[name] = true
		return o.in.skipMessages()
	})
	if err != nil {
		return err
	}
	if len(names) > 0 && !o.check {
		o.run.counted[keyspace.NoteProducers]++
	}
	return o.in.lens(2)
}
