package fsm

// userKey is a user key with what the filter says that it may have. Each walk asks
// the filter once for a key and hands the answer on.
type userKey struct {
	name string
	may  slots
}

func (d *run) userKey(name string) userKey {
	d.keyBuf = append(d.keyBuf[:0], name...)
	return userKey{name, d.snap.filter.slotsOf(d.keyBuf)}
}

// eachRow walks over a family with one row per user key and calls deliver at each
// row that no preferred encoding hides.
func (d *run) eachRow(f family, deliver func(c *scanner, k userKey) error) error {
	c := d.scanFamily(f)
	for c.next() {
		k := d.userKey(string(c.rest()))
		if err := d.unlessHidden(f, k, c.row.offset, func() error { return deliver(c, k) }); err != nil {
			return err
		}
	}
	return c.err
}

// unlessHidden calls deliver unless a preferred encoding hides the one of the
// family, whose first row is at offset. It turns an unreadable key into a note.
func (d *run) unlessHidden(f family, k userKey, offset int64, deliver func() error) error {
	by, hidden, err := d.winner(k, f.info().says)
	switch {
	case err != nil:
		return err
	case !hidden:
		return d.settle(f, k.name, deliver())
	case by != f.info().beside:
		d.shadowed(f, k.name, offset, by)
	}
	return nil
}

// winner returns the preferred anchor of a user key among those that come
// before the given one. An anchor decides by being visible, not by being
// alive: an expired encoding hides later ones (docs/FORMAT.md, section 3.10).
func (d *run) winner(k userKey, before slot) (by slot, found bool, err error) {
	for s := slotString; s < before; s++ {
		if found, err = d.anchored(k, s); found || err != nil {
			return s, found, err
		}
	}
	return slotNone, false, nil
}

// anchored reports whether a row of the anchor is visible for the user key.
func (d *run) anchored(k userKey, s slot) (found bool, err error) {
	if !k.may.has(s) {
		return false, nil
	}
	for _, f := range rowsOf[s] {
		if f.single() {
			_, found, err = d.get(f, k.name)
		} else {
			found, err = d.any(f, k.name)
		}
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}
