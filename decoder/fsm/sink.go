package fsm

import (
	"redrill/keyspace"
)

// sink cuts the elements of one key into parts.
type sink[E any] struct {
	d     *run
	key   keyspace.Key                  // name and expiry; the value is set per part
	value func(held []E) keyspace.Value // puts a part into canonical order; owns held
	check func() error                  // run once, before anything leaves that is not the last; may be nil

	held    []E
	bytes   int
	total   int64
	checked bool
}

// add appends an element whose names and values have size bytes.
func (s *sink[E]) add(e E, size int) error {
	if s.d.snap.opts.Part.Reached(len(s.held), s.bytes) {
		if err := s.certain(); err != nil {
			return err
		}
		if err := s.flush(true); err != nil {
			return err
		}
	}
	s.held = append(s.held, e)
	s.bytes += size
	s.total++
	return nil
}

// certain makes certain that the key will be delivered.
func (s *sink[E]) certain() error {
	if s.check == nil || s.checked {
		return nil
	}
	s.checked = true
	return s.check()
}

// boundNotes delivers the notes that are held for the key when they take too
// much memory.
func (s *sink[E]) boundNotes() error {
	if s.d.held < maxHeldBytes {
		return nil
	}
	if err := s.certain(); err != nil {
		return err
	}
	s.d.flushNotes()
	return nil
}

// close delivers the last part.
func (s *sink[E]) close() error { return s.flush(false) }

func (s *sink[E]) flush(more bool) error {
	k := s.key
	k.Value, k.More = s.value(s.held), more
	s.key.Part++
	s.held, s.bytes = nil, 0
	return s.d.emit(k)
}
