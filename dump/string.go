package dump

import "redrill/keyspace"

// string writes "value":V.
func (w *Writer) string(v keyspace.String) {
	w.buf = append(w.buf, `,"type":"string","value":`...)
	w.v(string(v))
}

// string reads V.
func (s *scanner) string() keyspace.String { return keyspace.String(s.v()) }
