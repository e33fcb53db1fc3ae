package fsm

// winner returns the preferred anchor of a user key among those that come
// before the given one. An anchor decides by being visible, not by being
// alive: an expired encoding hides later ones (docs/FORMAT.md, section 3.10).
func (d *run) winner(name string, before slot) (by slot, found bool, err error) {
	may := d.slotsOf(name)
	for s := slotString; s < before; s++ {
		if !may.has(s) {
			continue
		}
		if found, err = d.anchored(name, s); found || err != nil {
			return s, found, err
		}
	}
	return slotNone, false, nil
}

// isAnchored is anchored for a user key of which nothing is known yet.
func (d *run) isAnchored(name string, s slot) (bool, error) {
	if !d.slotsOf(name).has(s) {
		return false, nil
	}
	return d.anchored(name, s)
}

// anchored reports whether a row of the anchor is visible for the user key.
func (d *run) anchored(name string, s slot) (found bool, err error) {
	for _, f := range rowsOf[s] {
		if f.single() {
			_, found, err = d.get(f, name)
		} else {
			found, err = d.any(f, name)
		}
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}
