package dump

import "redrill/keyspace"

// hyperLogLog writes "elements":[V,…], ascending.
func (w *Writer) hyperLogLog(v keyspace.HyperLogLog) error {
	w.buf = append(w.buf, `,"type":"hyperloglog","elements":[`...)
	return w.ascending("element", v)
}

// hyperLogLog reads [V,…] in any order.
func (s *scanner) hyperLogLog() keyspace.HyperLogLog {
	at := s.i
	return unique(s, at, "element", s.strings(), itself)
}
