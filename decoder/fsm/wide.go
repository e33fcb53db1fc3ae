package fsm

import "redrill/keyspace"

// wide describes a collection type that is stored as one row per element, with
// a meta row and deltas for its length.
type wide struct {
	typ               keyspace.Type
	elem, meta, delta family
	anchor            slot
	inline            slot
	blob              slot   // the anchor of the same type as one blob
	blobFamily        family // its family

	// deliver delivers the elements of the group that elems stands at, and
	// leaves elems behind the group unless it fails.
	deliver func(d *run, elems *groupCursor, group []byte, k keyspace.Key, n *counter) error
	// deliverBlob delivers the blob of a user key that has no element rows.
	deliverBlob func(d *run, c *scanner, k keyspace.Key) error
}

// wideKeys joins elements, meta and deltas, which ascend by kl(K) alike.
func (d *run) wideKeys(w wide) error {
	elems, err := d.groups(w.elem, w.typ, -1)
	if err != nil {
		return err
	}
	metas, err := d.groups(w.meta, w.typ, 0)
	if err != nil {
		return err
	}
	deltas, err := d.groups(w.delta, w.typ, -1)
	if err != nil {
		return err
	}
	var group []byte
	for {
		if group = lowest(group, elems, metas, deltas); group == nil {
			return nil
		}
		if err := d.wideKey(w, group, elems, metas, deltas); err != nil {
			return err
		}
	}
}

// wideKey delivers one user key and leaves every cursor behind it.
func (d *run) wideKey(w wide, group []byte, elems, metas, deltas *groupCursor) error {
	name := string(group[4:])
	n := counter{inline: inline{slot: w.inline}}
	for metas.at(group) {
		if err := n.addMeta(metas.scan); err != nil {
			return err
		}
		if err := metas.next(); err != nil {
			return err
		}
	}
	for deltas.at(group) {
		if err := n.addDelta(deltas.scan); err != nil {
			return err
		}
		if err := deltas.next(); err != nil {
			return err
		}
	}
	offset := n.firstOff
	if elems.at(group) {
		offset = elems.scan.row.offset
	}
	by, hidden, err := d.winner(name, w.anchor)
	if err != nil {
		return err
	}
	if hidden {
		d.shadowed(name, w.typ, offset, by)
		_, err := elems.skip(group)
		return err
	}
	if err := d.settle(name, w.typ, d.wideValue(w, name, offset, group, elems, &n)); err != nil {
		return err
	}
	_, err = elems.skip(group) // Of a key that turned out unreadable.
	return err
}

func (d *run) wideValue(w wide, name string, offset int64, group []byte, elems *groupCursor, n *counter) error {
	if n.bad != nil {
		return n.bad
	}
	expireAt, err := d.expireAt(name, n.inline)
	if err != nil {
		return err
	}
	k := keyspace.Key{Name: name, ExpireAt: expireAt}
	var blob *scanner
	if d.slotsOf(name).has(w.blob) {
		c, found, err := d.get(w.blobFamily, name)
		if err != nil {
			return err
		}
		if found {
			blob = c
		}
	}
	if elems.at(group) {
		if blob != nil {
			d.shadowed(name, w.typ, blob.row.offset, w.anchor)
		}
		return w.deliver(d, elems, group, k, n)
	}
	if blob != nil {
		return w.deliverBlob(d, blob, k)
	}
	d.deliver(keyspace.Note{
		Kind: keyspace.NoteEmpty, Name: name, Type: w.typ, Offset: offset,
		Detail: "meta or delta rows without an element",
	})
	return nil
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
