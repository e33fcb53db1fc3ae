package dump

import (
	"slices"
	"strconv"

	"redrill/keyspace"
)

// array writes "elements":[[N,V],…], ascending by index (which [keyspace.Parts] has
// checked), and the insert position.
func (w *Writer) array(v keyspace.Array) error {
	if err := w.needs2("arrays"); err != nil {
		return err
	}
	w.buf = append(w.buf, `,"type":"array","elements":[`...)
	for i, c := range v.Cells {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, '[')
		w.buf = strconv.AppendUint(w.buf, c.Index, 10)
		w.buf = append(w.buf, ',')
		w.v(c.Value)
		w.buf = append(w.buf, ']')
	}
	w.buf = append(w.buf, ']')
	if next, ok := v.Next.Get(); ok {
		w.buf = append(w.buf, `,"next":`...)
		w.buf = strconv.AppendUint(w.buf, next, 10)
	}
	return nil
}

// cells reads [[N,V],…].
func (s *scanner) cells() []keyspace.Cell {
	v := s.scratch.cells[:0]
	for more := s.open('['); more; more = s.next(']') {
		var c keyspace.Cell
		s.token('[')
		c.Index = s.unsigned()
		s.token(',')
		c.Value = s.v()
		s.token(']')
		v = append(v, c)
	}
	s.scratch.cells = v
	return slices.Clone(v)
}
