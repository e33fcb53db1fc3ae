package tree

import "redrill/keyspace"

const membersMember = "members"

func (w *Writer) set(v keyspace.Set) {
	for _, m := range v {
		w.nextElement()
		w.value.bytes(m, "    ")
	}
}

type setValue struct {
	order ascending
	held  keyspace.Set
}

func (v *setValue) parse(in *input, p *parts) (attributes, error) {
	s := newScanner(in)
	return s.collection(membersMember, func() error {
		at := s.offset()
		m := s.bytes()
		if s.err != nil {
			return s.err
		}
		if err := v.order.next(in, at, m); err != nil {
			return err
		}
		if err := p.room(len(m)); err != nil {
			return err
		}
		v.held = append(v.held, m)
		return nil
	})
}

func (v *setValue) take(attributes) keyspace.Value {
	held := v.held
	v.held = nil
	return held
}
