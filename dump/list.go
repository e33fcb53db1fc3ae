package dump

import (
	"slices"

	"redrill/keyspace"
)

// list writes "elements":[V,…], head to tail.
func (w *Writer) list(v keyspace.List) {
	w.buf = append(w.buf, `,"type":"list","elements":[`...)
	for i, element := range v {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.v(element)
	}
	w.buf = append(w.buf, ']')
}

// list reads [V,…].
func (s *scanner) list() keyspace.List { return slices.Clone(s.strings()) }

// strings reads [V,…]. The result is borrowed until the next call.
func (s *scanner) strings() []string {
	v := s.scratch.strings[:0]
	for more := s.open('['); more; more = s.next(']') {
		v = append(v, s.v())
	}
	s.scratch.strings = v
	return v
}
