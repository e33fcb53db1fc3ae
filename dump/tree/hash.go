package tree

import "redrill/keyspace"

const fieldsMember = "fields"

func (w *Writer) hash(v keyspace.Hash) {
	for _, f := range v {
		w.nextElement()
		w.value.raw("{\n      \"name\": ")
		w.value.bytes(f.Name, "      ")
		w.value.raw(",\n      \"value\": ")
		w.value.bytes(f.Value, "      ")
		w.value.raw("\n    }")
	}
}

type hashValue struct {
	order ascending
	held  keyspace.Hash
}

func (v *hashValue) parse(in *input, p *parts) (attributes, error) {
	s := newScanner(in)
	return s.collection(fieldsMember, func() error {
		at := s.offset()
		f := s.field()
		if s.err != nil {
			return s.err
		}
		if err := v.order.next(in, at, f.Field); err != nil {
			return err
		}
		if err := p.room(len(f.Field) + len(f.Value)); err != nil {
			return err
		}
		v.held = append(v.held, keyspace.Field{Name: f.Field, Value: f.Value})
		return nil
	})
}

func (v *hashValue) take(attributes) keyspace.Value {
	held := v.held
	v.held = nil
	return held
}
