package dump

import (
	"errors"
	"fmt"

	"redrill/keyspace"
)

// sequence checks that keys arrive as the model promises, part after part. The
// writer and the reader hold their keys against it. Its errors have no class.
type sequence struct {
	last keyspace.Key // without its value
	typ  keyspace.Type

	// Of streams, for the order of entries across parts.
	lastID, maxDeletedID keyspace.ID
	entry                keyspace.ID
	hasEntry             bool
}

// next accepts k, or says what is wrong with it.
func (q *sequence) next(k keyspace.Key) error {
	if k.Value == nil {
		return errors.New("key without a value")
	}
	if k.DB < 0 || k.DB > maxDB {
		return fmt.Errorf("database %d is out of range", k.DB)
	}
	typ := k.Value.Type()
	if err := q.follows(k, typ); err != nil {
		return err
	}
	first := !q.last.More
	q.last = keyspace.Key{DB: k.DB, Name: k.Name, ExpireAt: k.ExpireAt, Part: k.Part, More: k.More}
	q.typ = typ
	if v, ok := k.Value.(keyspace.Stream); ok {
		return q.stream(v, first)
	}
	return nil
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

// stream checks the IDs of a stream's part.
func (q *sequence) stream(v keyspace.Stream, first bool) error {
	if first {
		q.lastID, q.maxDeletedID, q.hasEntry = v.LastID, v.MaxDeletedID, false
	}
	if v.LastID != q.lastID || v.MaxDeletedID != q.maxDeletedID {
		return errors.New("last ID or max deleted ID differs from the part before it")
	}
	for i := range v.Entries {
		id := v.Entries[i].ID
		if q.hasEntry && id.Compare(q.entry) <= 0 {
			return fmt.Errorf("stream entry %s after %s", id, q.entry)
		}
		q.entry, q.hasEntry = id, true
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
