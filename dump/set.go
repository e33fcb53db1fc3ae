package dump

import "redrill/keyspace"

// set writes "members":[V,…], ascending.
func (w *Writer) set(v keyspace.Set) error {
	w.buf = append(w.buf, `,"type":"set","members":[`...)
	return w.ascending("member", v)
}

// ascending writes V,…] and checks the order. It is what sets and HyperLogLogs share.
func (w *Writer) ascending(what string, v []string) error {
	for i, element := range v {
		if i > 0 {
			if element <= v[i-1] {
				return misplaced(what, v[i-1], element)
			}
			w.buf = append(w.buf, ',')
		}
		w.v(element)
	}
	w.buf = append(w.buf, ']')
	return nil
}

// set reads [V,…] in any order.
func (s *scanner) set() keyspace.Set {
	at := s.i
	return unique(s, at, "member", s.strings(), itself)
}

func itself(element *string) string { return *element }
