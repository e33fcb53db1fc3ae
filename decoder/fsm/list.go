package fsm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"redrill/keyspace"
)

// listDeltas are the families of deltas; a list may have both.
var listDeltas = [...]family{famListDelta, famListNewDelta}

// listWindow is the window of one list.
type listWindow struct {
	head, length int64
	offset       int64 // of the first row that was added
	inline       inline
}

// lists delivers the lists with a meta in the order of the metas, then those
// that have only deltas (docs/FORMAT.md, section 3.5). Meta and item keys hold the
// plain user key, without a length:
//
//	item  : "!lst|itm|" ‖ K ‖ sortable seq(8)                 body: the element
//	meta  : "!lst|meta|" ‖ K                                  Head(8) ‖ Tail(8) ‖ Len(8) ‖ [ExpireAt(8)]
//	delta : "!lst|delta|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)      HeadDelta(8) ‖ LenDelta(8)
//	        "!lst|meta|d|" in place of "!lst|delta|": written by older servers
//	claim : "!lst|claim|" ‖ kl(K) ‖ sortable seq(8)           never consulted
//
// A list exists if a meta or a delta does. Its elements are the items of the
// window: head <= seq < head+len, with head and len summed over meta and deltas.
func (d *run) lists() error {
	err := d.eachRow(famListMeta, func(c *scanner, k userKey) error {
		w, err := readListMeta(c)
		if err != nil {
			return err
		}
		return d.list(k, w)
	})
	if err != nil {
		return err
	}
	return d.listsOfDeltas()
}

func (d *run) listsOfDeltas() error {
	deltas, err := d.groups(listDeltas[:]...)
	if err != nil {
		return err
	}
	var group []byte
	for {
		if group = lowest(group, deltas...); group == nil {
			return nil
		}
		k := d.userKey(string(group[4:]))
		first := deltas[0]
		if !first.at(group) {
			first = deltas[1]
		}
		w := listWindow{offset: first.scan.row.offset, inline: inline{slot: slotInlineList}}
		_, found, err := d.get(famListMeta, k.name)
		if err != nil {
			return err
		}
		if !found {
			if err := d.unlessHidden(first.scan.row.family, k, w.offset, func() error { return d.list(k, w) }); err != nil {
				return err
			}
		}
		for _, c := range deltas {
			if _, err := c.skip(group); err != nil {
				return err
			}
		}
	}
}

// readListMeta reads the meta row that c stands at and checks it as the server
// does.
func readListMeta(c *scanner) (listWindow, error) {
	w := listWindow{offset: c.row.offset}
	b, err := c.sizedBody()
	if err != nil {
		return w, err
	}
	head, tail := int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))
	length := int64(binary.BigEndian.Uint64(b[16:]))
	if length < 0 || (length > 0 && head > math.MaxInt64-length) || tail != head+length {
		return w, unreadablef(c.row.offset, "%s row has head %d, tail %d, length %d", c.row.family, head, tail, length)
	}
	w.head, w.length, w.inline = head, length, inlineOf(c.row.family, b)
	return w, nil
}

// addDeltas adds every delta of the list to its window.
func (w *listWindow) addDeltas(d *run, name string) error {
	for _, f := range listDeltas {
		prefix := bytes.Clone(d.storageKey(f, name))
		c := d.lookup(f)
		found, err := c.first(f, prefix)
		for ; found && err == nil; found = c.next() {
			if bytes.HasPrefix(c.key(), prefix) {
				err = w.addDelta(c)
			}
		}
		if err := cmp.Or(err, c.err); err != nil {
			return err
		}
	}
	return nil
}

// addDelta adds the delta that c stands at.
func (w *listWindow) addDelta(c *scanner) error {
	b, err := c.sizedBody()
	if err != nil {
		return err
	}
	head, ok1 := addExact(w.head, int64(binary.BigEndian.Uint64(b)))
	length, ok2 := addExact(w.length, int64(binary.BigEndian.Uint64(b[8:])))
	if !ok1 || !ok2 {
		return unreadablef(c.row.offset, "the deltas of the list overflow")
	}
	w.head, w.length = head, length
	return nil
}

func addExact(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (a^sum)&(b^sum) >= 0
}

// list delivers the list whose meta row, if it has one, says w.
func (d *run) list(k userKey, w listWindow) error {
	if err := w.addDeltas(d, k.name); err != nil {
		return err
	}
	return d.listItems(k, w)
}

// listItems delivers the items of the window. Items of a list whose name is
// this one plus eight bytes lie between them and are told by their length.
func (d *run) listItems(k userKey, w listWindow) error {
	key, err := d.key(k, w.inline)
	if err != nil {
		return err
	}
	s := sink[string]{d: d, key: key, value: func(held []string) keyspace.Value { return keyspace.List(held) }}
	if w.length > 0 {
		if w.head > math.MaxInt64-(w.length-1) {
			return unreadablef(w.offset, "the window of the list, head %d and length %d, overflows", w.head, w.length)
		}
		if err := d.window(&s, k.name, w); err != nil {
			return err
		}
	}
	d.items += s.total
	if s.total == 0 && w.length > 0 {
		return elsewheref(w.offset, "head %d, length %d, and not one item", w.head, w.length)
	}
	if s.total == 0 {
		d.empty(famListMeta, k.name, w.offset, fmt.Sprintf("head %d, length %d, no item", w.head, w.length))
		return nil
	}
	n := counter{stored: true, sum: w.length, firstOff: w.offset}
	n.compare(d, famListMeta, k.name, s.total)
	return s.close()
}

func (d *run) window(s *sink[string], name string, w listWindow) error {
	prefix := append([]byte(famListItem.prefix()), name...)
	from := binary.BigEndian.AppendUint64(bytes.Clone(prefix), uint64(w.head)^signBit)
	last := binary.BigEndian.AppendUint64(bytes.Clone(prefix), uint64(w.head+w.length-1)^signBit)
	c := d.itemScanner()
	c.reset(familiesOf(famListItem), from, successor(last))
	met := d.itemMet[:0] // the last position that a record was met for
	defer func() { d.itemMet = met }()
	for foreign := 0; c.step(); {
		switch key := c.row.key; {
		case len(key)-suffixBytes == len(last):
			met = append(met[:0], key[:len(last)]...)
		case len(key)-suffixBytes > len(last) && bytes.HasPrefix(key, prefix) && bytes.Compare(key, c.from) >= 0:
			if foreign++; foreign == maxForeign {
				foreign = 0
				if err := d.stepOver(s, key[:len(last)], met, last); err != nil {
					return err
				}
				continue
			}
		}
		if !c.accept() || len(c.key()) != len(last) || bytes.Compare(c.key(), last) > 0 {
			continue
		}
		if err := addItem(s, c); err != nil {
			return err
		}
	}
	return c.err
}

// stepOver moves the scanner of items behind all items of longer names that
// begin like the item at, which may stand among them. If no record of it was
// met yet it is looked up.
func (d *run) stepOver(s *sink[string], at, met, last []byte) error {
	next := successor(at)
	if !bytes.Equal(at, met) && bytes.Compare(at, last) <= 0 {
		c := d.lookup(famListItem)
		found, err := c.get(famListItem, at)
		if err != nil {
			return err
		}
		if found {
			if err := addItem(s, c); err != nil {
				return err
			}
		}
	}
	d.itemScanner().reset(familiesOf(famListItem), next, successor(last))
	return nil
}

// addItem adds the item that c stands at.
func addItem(s *sink[string], c *scanner) error {
	body, err := c.wholeBody()
	if err != nil {
		return err
	}
	return s.add(string(body), len(body))
}

// itemScanner returns the scanner of items, whose buffer serves list after list.
func (d *run) itemScanner() *scanner {
	if d.itemScan == nil {
		d.itemScan = d.snap.scan(familiesOf(famListItem), nil, nil, lookupAhead)
	}
	return d.itemScan
}

// leftoverItems counts visible item rows that are in no delivered list: of no
// list at all, or outside of a window. It notes item rows whose key is too
// short to hold a position. When every item row was delivered it reads nothing.
func (d *run) leftoverItems() error {
	if n := d.snap.info.classes[famListItem]; n.Live == d.items && n.Expiring == 0 {
		return nil
	}
	var orphans, detached, ofLists int64
	var names itemNames
	c := d.scanFamily(famListItem)
	for c.next() {
		rest := c.rest()
		if len(rest) < listSeqBytes {
			if err := d.malformed(c); err != nil {
				return err
			}
			continue
		}
		is, err := names.state(rest, d.itemState)
		if err != nil {
			return err
		}
		switch is {
		case itemOrphan:
			orphans++
		case itemDetached:
			detached++
		case itemOfList:
			ofLists++
		case itemHidden:
		}
	}
	d.count(keyspace.NoteOrphanRows, orphans)
	d.count(keyspace.NoteDetached, detached)
	d.count(keyspace.NoteLeftover, ofLists-d.items)
	return c.err
}

// itemState says whose an item row is.
type itemState uint8

const (
	itemOrphan   itemState = iota // of no list
	itemDetached                  // of a list whose meta and deltas lie in another file
	itemHidden                    // of a list that a preferred encoding hides, which is noted
	itemOfList
)

// itemNames remembers the state of the lists whose items may still follow: those
// whose name is a prefix of the current item's key. A position is as long as a
// timestamp, so that versions tell them. Each list is asked about once, though
// items of longer names stand between its own.
type itemNames struct {
	keys versions
	is   []itemState // of the names in keys.seen
}

// state returns the state of the list that an item belongs to. The key is without
// the family's prefix.
func (n *itemNames) state(key []byte, ask func(name string) (itemState, error)) (itemState, error) {
	n.keys.advance(key)
	n.is = n.is[:len(n.keys.seen)]
	at, seen := n.keys.place()
	if !seen {
		is, err := ask(string(key[:len(key)-listSeqBytes]))
		if err != nil {
			return is, err
		}
		n.is = slices.Insert(n.is, at, is)
	}
	return n.is[at], nil
}

func (d *run) itemState(name string) (itemState, error) {
	k := d.userKey(name)
	is, err := d.anchored(k, slotList)
	if err != nil {
		return itemOrphan, err
	}
	_, hidden, err := d.winner(k, slotList)
	switch {
	case err != nil:
		return itemOrphan, err
	case is && hidden:
		return itemHidden, nil
	case is:
		return itemOfList, nil
	case hidden:
		return itemOrphan, nil // The key is there, and is no list.
	}
	return d.orphanItem(name)
}

// orphanItem says what an item without a list is. Its server writes items
// together with the row that makes the list, and deletes them with it. So where
// commands wrote the list (its fence stays for ever), or where the file is that
// of one of several groups, that row is in another group's file.
func (d *run) orphanItem(name string) (itemState, error) {
	if d.snap.oneOfGroups() {
		return itemDetached, nil
	}
	d.keyBuf = append(append(d.keyBuf[:0], listFencePrefix...), name...)
	fenced, err := d.lookup(famFence).get(famFence, d.keyBuf)
	if fenced {
		return itemDetached, err
	}
	return itemOrphan, err
}
