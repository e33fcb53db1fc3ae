package tree

import (
	"fmt"

	"redrill/keyspace"
)

// sequence checks that keys arrive as the model promises, part after part, and
// in the order in which files hold elements.
type sequence struct {
	parts   keyspace.Parts
	element string // field or member
	some    bool   // element is set
}

// next accepts k, or says what is wrong with it.
func (q *sequence) next(k keyspace.Key) error {
	if err := q.parts.Next(k); err != nil {
		return err
	}
	if ms, ok := k.ExpireAt.Ms(); ok && ms < 0 {
		return fmt.Errorf("expire time %d ms is before 1970, which the layout cannot hold", ms)
	}
	if k.Part == 0 {
		q.some = false
	}
	switch v := k.Value.(type) {
	case keyspace.Hash:
		return ascend(q, v, func(f keyspace.Field) string { return f.Name })
	case keyspace.Set:
		return ascend(q, v, func(s string) string { return s })
	case keyspace.ZSet:
		return ascend(q, v, func(m keyspace.Member) string { return m.Name })
	case keyspace.HyperLogLog:
		return ascend(q, v, func(s string) string { return s })
	case keyspace.String, keyspace.List, keyspace.Stream:
	case keyspace.Array, keyspace.Opaque:
	}
	return nil
}

// ascend checks that elements ascend strictly, across parts too.
func ascend[E any](q *sequence, elements []E, name func(E) string) error {
	for _, e := range elements {
		s := name(e)
		if q.some && s <= q.element {
			return fmt.Errorf("element %q after %q", clip(s), clip(q.element))
		}
		q.element, q.some = s, true
	}
	return nil
}

// end checks that no part is missing.
func (q *sequence) end() error { return q.parts.End() }
