package tree

import (
	"errors"
	"fmt"

	"redrill/keyspace"
)

// sequence checks that keys arrive as the model promises, part after part, and
// in the order in which files hold elements.
type sequence struct {
	last keyspace.Key // without its value
	typ  keyspace.Type

	lastID, maxDeletedID keyspace.ID
	entry                keyspace.ID
	element              string // field or member
	some                 bool   // entry or element is set
}

// next accepts k, or says what is wrong with it.
func (q *sequence) next(k keyspace.Key) error {
	if k.Value == nil {
		return errors.New("key without a value")
	}
	if k.DB < 0 || k.DB > maxDB {
		return fmt.Errorf("database %d is out of range", k.DB)
	}
	if ms, ok := k.ExpireAt.Ms(); ok && ms < 0 {
		return fmt.Errorf("expire time %d ms is before 1970, which the layout cannot hold", ms)
	}
	typ := k.Value.Type()
	if err := q.follows(k, typ); err != nil {
		return err
	}
	first := !q.last.More
	if first {
		q.some = false
	}
	q.last = keyspace.Key{DB: k.DB, Name: k.Name, ExpireAt: k.ExpireAt, Part: k.Part, More: k.More}
	q.typ = typ
	return q.elements(k.Value, first)
}

// follows checks the place of k in its key, and that key-level members stay.
func (q *sequence) follows(k keyspace.Key, typ keyspace.Type) error {
	if !q.last.More {
		if k.Part != 0 {
			return fmt.Errorf("part %d without the parts before it", k.Part)
		}
		return nil
	}
	switch {
	case k.DB != q.last.DB || k.Name != q.last.Name:
		return errors.New("another key before the last part of the one before it")
	case k.Part != q.last.Part+1:
		return fmt.Errorf("part %d after part %d", k.Part, q.last.Part)
	case typ != q.typ:
		return fmt.Errorf("a part is a %s, the one before it a %s", typ, q.typ)
	case k.ExpireAt != q.last.ExpireAt:
		return fmt.Errorf("expire time %s after %s in the part before it", k.ExpireAt, q.last.ExpireAt)
	}
	return nil
}

func (q *sequence) elements(v keyspace.Value, first bool) error {
	switch v := v.(type) {
	case keyspace.String, keyspace.List:
		return nil
	case keyspace.Hash:
		return ascend(q, v, func(f keyspace.Field) string { return f.Name })
	case keyspace.Set:
		return ascend(q, v, func(s string) string { return s })
	case keyspace.ZSet:
		return ascend(q, v, func(m keyspace.Member) string { return m.Name })
	case keyspace.HyperLogLog:
		return ascend(q, v, func(s string) string { return s })
	case keyspace.Stream:
		return q.stream(v, first)
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

// stream checks the IDs of a stream's part.
func (q *sequence) stream(v keyspace.Stream, first bool) error {
	if first {
		q.lastID, q.maxDeletedID = v.LastID, v.MaxDeletedID
	}
	if v.LastID != q.lastID || v.MaxDeletedID != q.maxDeletedID {
		return errors.New("last ID or max deleted ID differs from the part before it")
	}
	for i := range v.Entries {
		id := v.Entries[i].ID
		if q.some && id.Compare(q.entry) <= 0 {
			return fmt.Errorf("stream entry %s after %s", id, q.entry)
		}
		q.entry, q.some = id, true
	}
	return nil
}

// end checks that no part is missing.
func (q *sequence) end() error {
	if q.last.More {
		return fmt.Errorf("the last key ends after part %d, which has more", q.last.Part)
	}
	return nil
}
