package tree

import "redrill/keyspace"

const itemsMember = "items"

func (w *Writer) list(v keyspace.List) {
	for _, e := range v {
		w.nextElement()
		w.value.bytes(e, "    ")
	}
}

type listValue struct{ held keyspace.List }

func (v *listValue) parse(in *input, p *parts) (attributes, error) {
	s := newScanner(in)
	return s.collection(itemsMember, func() error {
		e := s.bytes()
		if s.err != nil {
			return s.err
		}
		if err := p.room(len(e)); err != nil {
			return err
		}
		v.held = append(v.held, e)
		return nil
	})
}

func (v *listValue) take(attributes) keyspace.Value {
	held := v.held
	v.held = nil
	return held
}
