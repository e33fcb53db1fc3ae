package fsm

import (
	"encoding/binary"
	"math"
	"math/bits"

	"redrill/keyspace"
)

// Meta and delta rows of hashes, sets and sorted sets (docs/FORMAT.md, section 3.3):
//
//	meta  : Len(8, BE, signed) ‖ [ExpireAt(8, BE, ms; 0 = explicitly none)]
//	delta : LenDelta(8, BE, signed)
const (
	metaBytes       = 8
	metaExpiryBytes = metaBytes + 8
	deltaBytes      = 8
	deltaTailBytes  = 8 + 4 // commitTS ‖ sequence within the transaction
)

// counter is the stored length of a collection: a meta row plus deltas. Rows
// decide what a collection holds; the counter is only compared with them.
type counter struct {
	stored   bool  // there is a meta row or a delta
	sum      int64 // saturates
	inline   inline
	firstOff int64 // of the first row that was added
	bad      *unreadable
}

func (n *counter) note(offset int64) {
	if !n.stored {
		n.stored, n.firstOff = true, offset
	}
}

func (n *counter) fail(u *unreadable) {
	if n.bad == nil {
		n.bad = u
	}
}

// addGroup adds the meta row and the deltas of a group, and leaves their
// cursors behind it.
func (n *counter) addGroup(group []byte, c *wideCursors) error {
	for c.metas.at(group) {
		if err := n.addMeta(c.metas.scan); err != nil {
			return err
		}
		if err := c.metas.next(); err != nil {
			return err
		}
	}
	for c.deltas.at(group) {
		if err := n.addDelta(c.deltas.scan); err != nil {
			return err
		}
		if err := c.deltas.next(); err != nil {
			return err
		}
	}
	return nil
}

// addMeta adds the meta row that c stands at.
func (n *counter) addMeta(c *scanner) error {
	n.note(c.row.offset)
	size := c.row.bodyLen()
	if size != metaBytes && size != metaExpiryBytes {
		n.fail(unreadablef(c.row.offset, "%s row has %d bytes, not %d or %d", c.row.family, size, metaBytes, metaExpiryBytes))
		return nil
	}
	b, err := c.wholeBody()
	if err != nil {
		return err
	}
	n.sum = addSaturating(n.sum, int64(binary.BigEndian.Uint64(b)))
	if size == metaExpiryBytes {
		n.inline.present, n.inline.at = true, inlineExpiry(b[metaBytes:])
	}
	return nil
}

// addDelta adds the delta row that c stands at.
func (n *counter) addDelta(c *scanner) error {
	n.note(c.row.offset)
	if size := c.row.bodyLen(); size != deltaBytes {
		n.fail(unreadablef(c.row.offset, "%s row has %d bytes, not %d", c.row.family, size, deltaBytes))
		return nil
	}
	b, err := c.wholeBody()
	if err != nil {
		return err
	}
	n.sum = addSaturating(n.sum, int64(binary.BigEndian.Uint64(b)))
	return nil
}

// compare holds a note when the stored length is not the number of elements.
func (n *counter) compare(d *run, name string, typ keyspace.Type, elements int64) {
	if want := max(n.sum, 0); n.stored && want != elements {
		d.hold(keyspace.Note{
			Kind: keyspace.NoteCounter, Name: name, Type: typ, Offset: n.firstOff,
			Detail: keyspace.CounterDetail(want, elements),
		})
	}
}

func addSaturating(a, b int64) int64 {
	sum, _ := bits.Add64(uint64(a), uint64(b), 0)
	s := int64(sum)
	switch {
	case a > 0 && b > 0 && s < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && s >= 0:
		return math.MinInt64
	}
	return s
}
