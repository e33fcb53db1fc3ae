package fsm

import "redrill/keyspace"

// wide describes a collection type that is stored as one row per element, with
// a meta row and deltas for its length.
type wide struct {
	typ               keyspace.Type
	elem, meta, delta family
	index             family // a second order of the elements; only with indexed
	indexed           bool
	anchor            slot
	inline            slot
	blob              slot   // the anchor of the same type as one blob
	blobFamily        family // its family

	// deliver delivers the elements of the group that elems stands at, and
	// leaves elems behind the group unless it fails.
	deliver func(d *run, c *wideCursors, group []byte, k keyspace.Key, n *counter) error
	// deliverBlob delivers the blob of a user key that has no element rows.
	deliverBlob func(d *run, c *scanner, k keyspace.Key) error
}

// wideCursors are the families of one type, which ascend by kl(K) alike.
type wideCursors struct {
	elems, metas, deltas *groupCursor
	index                *groupCursor // nil when the type has none
}

func (d *run) wideCursors(w wide) (c wideCursors, err error) {
	if c.elems, err = d.groups(w.elem); err != nil {
		return c, err
	}
	if c.metas, err = d.groups(w.meta); err != nil {
		return c, err
	}
	if c.deltas, err = d.groups(w.delta); err != nil {
		return c, err
	}
	if w.indexed {
		c.index, err = d.groups(w.index)
	}
	return c, err
}

// lowest returns the lowest group that a cursor stands at, nil at the end.
func (c *wideCursors) lowest(buf []byte) []byte {
	if c.index == nil {
		return lowest(buf, c.elems, c.metas, c.deltas)
	}
	return lowest(buf, c.elems, c.metas, c.deltas, c.index)
}

// wideKeys joins elements, meta and deltas.
func (d *run) wideKeys(w wide) error {
	c, err := d.wideCursors(w)
	if err != nil {
		return err
	}
	var group []byte
	for {
		if group = c.lowest(group); group == nil {
			return nil
		}
		if !c.elems.at(group) && c.index != nil {
			n, err := c.index.skip(group)
			if err != nil {
				return err
			}
			d.count(keyspace.NoteOrphanRows, n)
		}
		if c.elems.at(group) || c.metas.at(group) || c.deltas.at(group) {
			if err := d.wideKey(w, group, &c); err != nil {
				return err
			}
		}
	}
}

// wideKey delivers one user key and leaves every cursor behind it.
func (d *run) wideKey(w wide, group []byte, c *wideCursors) error {
	name := string(group[4:])
	n := counter{inline: inline{slot: w.inline}}
	if err := n.addGroup(group, c); err != nil {
		return err
	}
	offset := n.firstOff
	if c.elems.at(group) {
		offset = c.elems.scan.row.offset
	}
	by, hidden, err := d.winner(name, w.anchor)
	if err != nil {
		return err
	}
	if hidden {
		d.shadowed(name, w.typ, offset, by)
	} else if err := d.settle(name, w.typ, d.wideValue(w, name, offset, group, c, &n)); err != nil {
		return err
	}
	// Of a key that is hidden, or turned out unreadable.
	if _, err := c.elems.skip(group); err != nil || c.index == nil {
		return err
	}
	_, err = c.index.skip(group)
	return err
}

func (d *run) wideValue(w wide, name string, offset int64, group []byte, c *wideCursors, n *counter) error {
	if n.bad != nil {
		return n.bad
	}
	expireAt, err := d.expireAt(name, n.inline)
	if err != nil {
		return err
	}
	k := keyspace.Key{Name: name, ExpireAt: expireAt}
	blob, hasBlob, err := d.blobOf(w, name)
	if err != nil {
		return err
	}
	if c.elems.at(group) {
		if hasBlob {
			d.shadowed(name, w.typ, blob.row.offset, w.anchor)
		}
		return w.deliver(d, c, group, k, n)
	}
	if hasBlob {
		return w.deliverBlob(d, blob, k)
	}
	if n.sum > 0 {
		return elsewheref(offset, "stored length %d, and not one element", n.sum)
	}
	d.deliver(keyspace.Note{
		Kind: keyspace.NoteEmpty, Name: name, Type: w.typ, Offset: offset,
		Detail: "meta or delta rows without an element",
	})
	return nil
}

// blobOf finds the blob of the same type.
func (d *run) blobOf(w wide, name string) (c *scanner, found bool, err error) {
	if !d.slotsOf(name).has(w.blob) {
		return nil, false, nil
	}
	return d.get(w.blobFamily, name)
}

// checkGroup runs check over every visible element row of a user key, before
// its first part is delivered: a key that will turn out unreadable must not
// have been delivered in part.
func checkGroup(elems *groupCursor, group []byte, check func(c *scanner, tail []byte) error) error {
	f := elems.scan.row.family
	prefix := append([]byte(f.prefix()), group...)
	c := elems.d.snap.scan(familiesOf(f), prefix, successor(prefix), scanAhead)
	for c.next() {
		if err := check(c, c.key()[len(prefix):]); err != nil {
			return err
		}
	}
	return c.err
}
