package fsm

// rowsOfSlot lists, for each anchor, the families that make it: first those
// with one row per user key, then those with many.
var rowsOfSlot = [anchorCount]struct {
	name string
	one  []family
	many []family
}{
	slotString:     {"a string", []family{famString}, nil},
	slotHLL:        {"a HyperLogLog", []family{famHLL}, nil},
	slotBare:       {"a bare string", []family{famBare}, nil},
	slotList:       {"a list", []family{famListMeta}, listDeltas[:]},
	slotHash:       {"a hash", []family{famHashMeta}, []family{famHashField, famHashDelta}},
	slotSet:        {"a set", []family{famSetMeta}, []family{famSetMember, famSetDelta}},
	slotZSet:       {"a sorted set", []family{famZSetMeta}, []family{famZSetMember, famZSetDelta}},
	slotHashBlob:   {"a hash blob", []family{famHashBlob}, nil},
	slotSetBlob:    {"a set blob", []family{famSetBlob}, nil},
	slotZSetBlob:   {"a sorted-set blob", []family{famZSetBlob}, nil},
	slotStream:     {"a stream", []family{famStreamMeta}, nil},
	slotStreamBlob: {"a stream blob", []family{famStreamBlob}, nil},
}

// String names an anchor for people.
func (s slot) String() string {
	if s < anchorCount {
		return rowsOfSlot[s].name
	}
	return "an expiry"
}

// winner returns the preferred anchor of a user key among those that come
// before the given one. An anchor decides by being visible, not by being
// alive: an expired encoding hides later ones (docs/FORMAT.md, section 3.10).
func (d *run) winner(name string, before slot) (by slot, found bool, err error) {
	may := d.slotsOf(name)
	for s := range before {
		if !may.has(s) {
			continue
		}
		if found, err = d.anchored(name, s); found || err != nil {
			return s, found, err
		}
	}
	return 0, false, nil
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
	for _, f := range rowsOfSlot[s].one {
		if _, found, err = d.get(f, name); found || err != nil {
			return found, err
		}
	}
	for _, f := range rowsOfSlot[s].many {
		if found, err = d.any(f, name); found || err != nil {
			return found, err
		}
	}
	return false, nil
}
