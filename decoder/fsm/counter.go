package fsm

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"

	"redrill/keyspace"
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

// add adds the meta row or the delta that c stands at.
func (n *counter) add(c *scanner) error {
	if !n.stored {
		n.stored, n.firstOff = true, c.row.offset
	}
	b, err := c.sizedBody()
	if err != nil {
		return n.fail(err)
	}
	n.sum = addSaturating(n.sum, int64(binary.BigEndian.Uint64(b)))
	if in := inlineOf(c.row.family, b); in.slot != slotNone {
		n.inline = in
	}
	return nil
}

// fail keeps why the key cannot be decoded and passes other errors on.
func (n *counter) fail(err error) error {
	var u *unreadable
	if !errors.As(err, &u) {
		return err
	}
	if n.bad == nil {
		n.bad = u
	}
	return nil
}

// compare holds a note when the stored length is not the number of elements.
func (n *counter) compare(d *run, f family, name string, elements int64) {
	if want := max(n.sum, 0); n.stored && want != elements {
		d.hold(noteOf(keyspace.NoteCounter, f, name, n.firstOff, keyspace.CounterDetail(want, elements)))
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
