package keyspace

import (
	"errors"
	"fmt"
)

// MaxDB is the largest number of a logical database: Redis keeps it in an int.
const MaxDB = 1<<31 - 1

// Parts checks the keys of a [Seq] against the promises of the model, part after
// part: no part is missing, the parts of a key agree about it, and the entries of
// a stream ascend. The zero value awaits the first key.
//
// It remembers one key, so it does not detect a key that occurs twice. It does not
// check the order inside an unordered collection; code that reads the elements
// does.
type Parts struct {
	last Key // without its value
	typ  Type

	// Of streams: entries ascend across parts too.
	head     Stream // without entries and groups
	entry    ID
	hasEntry bool
	group    Group // the last one, without consumers and pending entries
	grouped  bool  // there was a group
	place    groupPlace
	// Of arrays: indexes ascend across parts.
	next  Optional[uint64]
	index uint64
	cells bool // there was one
}

// Next accepts k, or says what is wrong with it; after that p is of no use. Its
// errors have no class: callers know what they read or write.
func (p *Parts) Next(k Key) error {
	if k.Value == nil {
		return errors.New("key without a value")
	}
	if k.DB < 0 || k.DB > MaxDB {
		return fmt.Errorf("database %d is out of range", k.DB)
	}
	typ := k.Value.Type()
	if err := p.follows(k, typ); err != nil {
		return err
	}
	p.last = Key{DB: k.DB, Name: k.Name, ExpireAt: k.ExpireAt, Part: k.Part, More: k.More}
	p.typ = typ
	switch v := k.Value.(type) {
	case Stream:
		return p.stream(v, k.Part == 0)
	case Array:
		return p.array(v, k.Part == 0)
	case String, Hash, List, Set, ZSet, HyperLogLog, Opaque:
	}
	return nil
}

// follows checks the place of k in its key, and that key-level members stay.
func (p *Parts) follows(k Key, typ Type) error {
	if !p.last.More {
		if k.Part != 0 {
			return fmt.Errorf("part %d without the parts before it", k.Part)
		}
		return nil
	}
	switch {
	case k.DB != p.last.DB || k.Name != p.last.Name:
		return errors.New("another key before the last part of the one before it")
	case k.Part != p.last.Part+1:
		return fmt.Errorf("part %d after part %d", k.Part, p.last.Part)
	case typ != p.typ:
		return fmt.Errorf("a part is a %s, the one before it a %s", typ, p.typ)
	case k.ExpireAt != p.last.ExpireAt:
		return fmt.Errorf("expire time %s after %s in the part before it", k.ExpireAt, p.last.ExpireAt)
	}
	return nil
}

// stream checks what a stream's part says beside its names and values.
func (p *Parts) stream(v Stream, first bool) error {
	head := v
	head.Entries, head.Groups = nil, nil
	if first {
		p.head, p.hasEntry, p.grouped = head, false, false
	}
	if err := sameHead(p.head, head); err != nil {
		return err
	}
	if p.hasEntry && len(v.Groups) > 0 {
		return errors.New("consumer groups after stream entries")
	}
	for i := range v.Entries {
		id := v.Entries[i].ID
		if p.hasEntry && id.Compare(p.entry) <= 0 {
			return fmt.Errorf("stream entry %s after %s", id, p.entry)
		}
		p.entry, p.hasEntry = id, true
	}
	for i := range v.Groups {
		if err := p.groups(&v.Groups[i], i == 0 && !first); err != nil {
			return err
		}
	}
	return nil
}

// sameHead compares what every part of a stream repeats.
func sameHead(a, b Stream) error {
	switch {
	case a.LastID != b.LastID || a.MaxDeletedID != b.MaxDeletedID:
		return errors.New("last ID or max deleted ID differs from the part before it")
	case a.EntriesAdded != b.EntriesAdded || a.FirstID != b.FirstID:
		return errors.New("the number of entries added or the first ID differs from the part before it")
	}
	return nil
}

// array checks the indexes of an array's part.
func (p *Parts) array(v Array, first bool) error {
	if first {
		p.next, p.cells = v.Next, false
	}
	if v.Next != p.next {
		return errors.New("the insert position differs from the part before it")
	}
	for _, c := range v.Cells {
		if p.cells && c.Index <= p.index {
			return fmt.Errorf("array index %d after %d", c.Index, p.index)
		}
		p.index, p.cells = c.Index, true
	}
	return nil
}

// End checks that no part is missing at the end of the sequence.
func (p *Parts) End() error {
	if p.last.More {
		return fmt.Errorf("the last key ends after part %d, which has more", p.last.Part)
	}
	return nil
}
