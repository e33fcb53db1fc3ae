package fsm

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"

	"redrill/keyspace"
)

// collection is a type whose elements have a row each, with a meta row and deltas
// for their number. Older servers wrote all of them into one row, the blob.
type collection[E any] struct {
	elem, meta, delta, blob family

	read     func(c *scanner, name []byte) (E, error) // the element of the row that c stands at
	check    func(c *scanner, name []byte) error      // whether read will fail; nil: it never does
	magic    string                                   // of a blob
	readBlob func(message []byte) ([]E, error)        // all elements, in stored order
	name     func(E) string                           // which is unique in a collection
	size     func(E) int                              // bytes of names and values
	value    func(held []E) keyspace.Value            // puts a part into canonical order; owns held
	doubt    func(E) (note *keyspace.Note)            // kind, element and detail; nil: there is none

	// index is a second order of the elements, by a number each has; only with sortable.
	index    family
	sortable func(E) uint64
}

// cursors stand in the families of a collection, which ascend by kl(K) alike.
type cursors struct {
	elems, metas, deltas, index *groupCursor
}

// wide joins elements, meta rows and deltas.
func (t *collection[E]) wide(d *run) error {
	families := []family{t.elem, t.meta, t.delta}
	if t.sortable != nil {
		families = append(families, t.index)
	}
	all, err := d.groups(families...)
	if err != nil {
		return err
	}
	c := cursors{all[0], all[1], all[2], new(groupCursor)} // one that has ended
	if t.sortable != nil {
		c.index = all[3]
	}
	var group []byte
	for {
		if group = lowest(group, all...); group == nil {
			return nil
		}
		if !c.elems.at(group) {
			n, err := c.index.skip(group)
			if err != nil {
				return err
			}
			d.count(keyspace.NoteOrphanRows, n)
		}
		if c.elems.at(group) || c.metas.at(group) || c.deltas.at(group) {
			if err := t.key(d, &c, group); err != nil {
				return err
			}
		}
	}
}

// key delivers one user key and leaves every cursor behind it.
func (t *collection[E]) key(d *run, c *cursors, group []byte) error {
	k := d.userKey(string(group[4:]))
	n := counter{inline: inline{slot: t.meta.info().inline}}
	if err := c.count(group, &n); err != nil {
		return err
	}
	offset := n.firstOff
	if c.elems.at(group) {
		offset = c.elems.scan.row.offset
	}
	if err := d.unlessHidden(t.elem, k, offset, func() error { return t.contents(d, c, group, k, offset, &n) }); err != nil {
		return err
	}
	// Of a key that is hidden, or turned out unreadable.
	if _, err := c.elems.skip(group); err != nil {
		return err
	}
	_, err := c.index.skip(group)
	return err
}

// contents delivers what a user key with wide rows holds. Element rows hide a
// blob; a meta row and deltas alone do not.
func (t *collection[E]) contents(d *run, c *cursors, group []byte, k userKey, offset int64, n *counter) error {
	if n.bad != nil {
		return n.bad
	}
	key, err := d.key(k, n.inline)
	if err != nil {
		return err
	}
	var blob *scanner
	hasBlob := k.may.has(t.blob.info().says)
	if hasBlob {
		if blob, hasBlob, err = d.get(t.blob, k.name); err != nil {
			return err
		}
	}
	if c.elems.at(group) {
		if hasBlob {
			d.shadowed(t.blob, k.name, blob.row.offset, t.elem.info().says)
		}
		return t.elements(d, c, group, key, n)
	}
	if hasBlob {
		return t.ofBlob(d, blob, key)
	}
	if n.sum > 0 {
		return elsewheref(offset, "stored length %d, and not one element", n.sum)
	}
	d.empty(t.meta, k.name, offset, "meta or delta rows without an element")
	return nil
}

// elements delivers the elements of the group that c stands at, and leaves their
// cursor behind the group unless it fails.
func (t *collection[E]) elements(d *run, c *cursors, group []byte, key keyspace.Key, n *counter) error {
	s := sink[E]{d: d, key: key, value: t.value}
	if t.check != nil {
		s.check = func() error { return checkGroup(c.elems, group, t.check) }
	}
	var rows pairSum
	for c.elems.at(group) {
		e, err := t.read(c.elems.scan, c.elems.tail)
		if err != nil {
			return err
		}
		if err := t.add(&s, e, c.elems.scan.row.offset); err != nil {
			return err
		}
		if t.sortable != nil {
			rows.add(d, t.sortable(e), c.elems.tail)
		}
		if err := c.elems.next(); err != nil {
			return err
		}
	}
	if t.sortable != nil {
		if err := t.compareIndex(d, c.index, group, key.Name, rows); err != nil {
			return err
		}
	}
	n.compare(d, t.elem, key.Name, s.total)
	return s.close()
}

// add adds an element to the sink, and holds what is doubtful about it.
func (t *collection[E]) add(s *sink[E], e E, offset int64) error {
	if err := s.add(e, t.size(e)); err != nil || t.doubt == nil {
		return err
	}
	if n := t.doubt(e); n != nil {
		n.Name, n.Type, n.Offset = s.key.Name, t.elem.info().typ, offset
		s.d.hold(*n)
	}
	return nil
}

// count adds the meta row and the deltas of a group, and leaves their cursors
// behind it.
func (c *cursors) count(group []byte, n *counter) error {
	for _, rows := range []*groupCursor{c.metas, c.deltas} {
		for rows.at(group) {
			if err := n.add(rows.scan); err != nil {
				return err
			}
			if err := rows.next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// pairSum sums up (sortable score, member) pairs without regard to order, so
// that two big collections can be compared in constant memory.
type pairSum struct {
	pairs int64
	sum   uint64
}

func (s *pairSum) add(d *run, sortable uint64, member []byte) {
	var h maphash.Hash
	h.SetSeed(d.snap.filter.seed)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], sortable)
	_, _ = h.Write(b[:]) // Never fails.
	_, _ = h.Write(member)
	s.pairs++
	s.sum += h.Sum64()
}

// compareIndex reads the score index of a sorted set and holds a note when it
// is not that of the members. The members are the truth.
func (t *collection[E]) compareIndex(d *run, index *groupCursor, group []byte, name string, rows pairSum) error {
	var indexed pairSum
	for index.at(group) {
		if len(index.tail) >= sortableBytes {
			indexed.add(d, binary.BigEndian.Uint64(index.tail), index.tail[sortableBytes:])
		} else {
			indexed.pairs++
		}
		if err := index.next(); err != nil {
			return err
		}
	}
	if rows != indexed {
		d.hold(noteOf(keyspace.NoteScoreIndex, t.index, name, -1,
			fmt.Sprintf("%d members and %d index rows, which do not match", rows.pairs, indexed.pairs)))
	}
	return nil
}

// blobs delivers the blobs of user keys without wide rows.
func (t *collection[E]) blobs(d *run) error {
	return d.eachRow(t.blob, func(c *scanner, k userKey) error {
		key, err := d.key(k, inline{})
		if err != nil {
			return err
		}
		return t.ofBlob(d, c, key)
	})
}

// ofBlob delivers the blob that c stands at.
func (t *collection[E]) ofBlob(d *run, c *scanner, key keyspace.Key) error {
	body, err := blobBody(c, t.magic)
	if err != nil {
		return err
	}
	elements, err := t.readBlob(body)
	if err != nil {
		return badBlob(c, err)
	}
	elements = t.lastOf(d, c, key.Name, elements)
	if len(elements) == 0 {
		d.empty(t.blob, key.Name, c.row.offset, "a blob without an element")
		return nil
	}
	s := sink[E]{d: d, key: key, value: t.value}
	for _, e := range elements {
		if err := t.add(&s, e, c.row.offset); err != nil {
			return err
		}
	}
	return s.close()
}

// lastOf sorts elements by name and keeps the last of each name, as Redis
// would; dropped ones are noted at once: the blob has been read, and there may
// be any number of them.
func (t *collection[E]) lastOf(d *run, c *scanner, name string, elements []E) []E {
	slices.SortStableFunc(elements, func(a, b E) int { return cmp.Compare(t.name(a), t.name(b)) })
	kept := elements[:0]
	for i, e := range elements {
		if i+1 < len(elements) && t.name(elements[i+1]) == t.name(e) {
			dropped := t.name(e)
			n := noteOf(keyspace.NoteDuplicate, t.blob, name, c.row.offset, "the blob holds it more than once")
			n.Element = &dropped
			d.deliver(n)
			continue
		}
		kept = append(kept, e)
	}
	return kept
}
