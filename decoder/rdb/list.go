package rdb

import (
	"math"

	"redrill/keyspace"
)

// Containers of a quicklist's nodes (SPEC-RDB 4.2).
const (
	nodePlain  = 1 // the node is one item
	nodePacked = 2 // a listpack of items
)

// list decodes a list, head first.
func (o *out) list() error {
	s := texts{sink[string]{o: o, value: func(held []string) keyspace.Value { return keyspace.List(held) }}}
	item := s.packedText()
	var err error
	switch o.entry.kind.form { //nolint:exhaustive // list is called for its own forms only
	case formListZiplist:
		err = o.blobElements(openZiplist, 1, item)
	case formListZiplists:
		err = o.times("ziplists", 1, func() error { return o.blobElements(openZiplist, 1, item) })
	case formQuicklist:
		err = o.times("nodes", 2, func() error { return o.node(&s, item) })
	default:
		err = o.times("items", 1, s.text)
	}
	if err != nil {
		return err
	}
	return s.close()
}

// node decodes a node of a quicklist.
func (o *out) node(s *texts, item func(packed) error) error {
	at := o.in.pos()
	container, err := o.in.len()
	if err != nil {
		return err
	}
	switch container {
	case nodePacked:
		return o.blobElements(openListpack, 1, item)
	case nodePlain:
		text, err := o.in.owned()
		if err == nil && text == "" {
			err = unreadablef(at, "a node that is an empty item: no server loads it")
		}
		if err != nil {
			return err
		}
		return s.add(text, len(text))
	}
	return unreadablef(at, "a node in container %d: there are 1 and 2", container)
}

// times calls take as often as a number says that stands in front.
func (o *out) times(what string, bytes int64, take func() error) error {
	n, err := o.in.count(what, bytes)
	if err != nil {
		return err
	}
	o.expected = int(min(n, math.MaxInt32))
	for range n {
		if err := take(); err != nil {
			return err
		}
	}
	return nil
}
