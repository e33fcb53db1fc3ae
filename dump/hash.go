package dump

import "redrill/keyspace"

// fields writes "fields":[[V,V],…], ascending by name.
func (w *Writer) fields(v keyspace.Hash) error {
	w.buf = append(w.buf, `,"type":"hash","fields":[`...)
	for i := range v {
		if i > 0 {
			if v[i].Name <= v[i-1].Name {
				return misplaced("field", v[i-1].Name, v[i].Name)
			}
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, '[')
		w.v(v[i].Name)
		w.buf = append(w.buf, ',')
		w.v(v[i].Value)
		w.buf = append(w.buf, ']')
	}
	w.buf = append(w.buf, ']')
	return nil
}

// fields reads [[V,V],…] in any order.
func (s *scanner) fields() keyspace.Hash {
	at := s.i
	v := s.scratch.fields[:0]
	for more := s.open('['); more; more = s.next(']') {
		var f keyspace.Field
		f.Name, f.Value = s.pair()
		v = append(v, f)
	}
	s.scratch.fields = v
	return unique(s, at, "field", v, fieldName)
}

func fieldName(f *keyspace.Field) string { return f.Name }
