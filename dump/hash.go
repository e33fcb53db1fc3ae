package dump

import (
	"strconv"

	"redrill/keyspace"
)

// fields writes "fields":[[V,V],…], ascending by name; a field that expires is
// [V,V,ms].
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
		if ms, expires := v[i].ExpireAt.Ms(); expires {
			if err := w.needs2("the expire time of a field"); err != nil {
				return err
			}
			w.buf = append(w.buf, ',')
			w.buf = strconv.AppendInt(w.buf, ms, 10)
		}
		w.buf = append(w.buf, ']')
	}
	w.buf = append(w.buf, ']')
	return nil
}

// fields reads [[V,V],[V,V,ms],…] in any order.
func (s *scanner) fields() keyspace.Hash {
	at := s.i
	v := s.scratch.fields[:0]
	for more := s.open('['); more; more = s.next(']') {
		var f keyspace.Field
		s.token('[')
		f.Name = s.v()
		s.token(',')
		f.Value = s.v()
		if s.version > 1 && s.peek() == ',' {
			s.i++
			f.ExpireAt = keyspace.ExpireAtMs(s.integer(-1<<63, 1<<63-1))
		}
		s.token(']')
		v = append(v, f)
	}
	s.scratch.fields = v
	return unique(s, at, "field", v, fieldName)
}

func fieldName(f *keyspace.Field) string { return f.Name }
