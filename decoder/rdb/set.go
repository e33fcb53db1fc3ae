package rdb

import (
	"slices"

	"redrill/keyspace"
)

// set decodes a set (SPEC-RDB 4.3). A member that occurs twice makes it unreadable:
// what servers make of that is no set.
func (o *out) set() error {
	s := texts{sink[string]{o: o,
		value: func(held []string) keyspace.Value { slices.Sort(held); return keyspace.Set(held) },
		name:  func(e *string) string { return *e },
	}}
	member := s.packedText()
	var err error
	switch o.entry.kind.form { //nolint:exhaustive // set is called for its own forms only
	case formIntset:
		err = o.blobElements(openIntset, 1, member)
	case formSetListpack:
		err = o.blobElements(openListpack, 1, member)
	default:
		err = o.times("members", 1, s.text)
	}
	if err != nil {
		return err
	}
	return s.close()
}
