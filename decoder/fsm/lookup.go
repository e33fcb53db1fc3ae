package fsm

import (
	"bytes"
	"encoding/binary"
)

// get finds the visible row with exactly this storage key. The row and its body
// can be read until the scanner moves.
//
// Every version of a key lies between key‖^maxTS and key‖^minTS. Keys that
// extend it lie there too, and are not walked through when they are many.
func (c *scanner) get(f family, key []byte) (found bool, err error) {
	s := c.snap
	if s.minTS > s.maxTS {
		return false, nil
	}
	b := append(c.bounds[:0], key...)
	b = binary.BigEndian.AppendUint64(b, ^s.maxTS)
	b = append(b, key...)
	b = append(binary.BigEndian.AppendUint64(b, ^s.minTS), 0)
	c.bounds = b
	n := len(key) + suffixBytes
	c.resetAt(familiesOf(f), key, b[n:], b[:n])
	return c.find(key), c.err
}

// first finds the first visible row of a family whose storage key has the
// prefix.
func (c *scanner) first(f family, prefix []byte) (found bool, err error) {
	c.reset(familiesOf(f), prefix, successor(prefix))
	for c.next() {
		if bytes.HasPrefix(c.key(), prefix) {
			return true, nil
		}
	}
	return false, c.err
}

// lookup returns the scanner that looks up rows of a family. Each family has its
// own: lookups mostly ascend, so that the buffered block often holds the next
// answer too.
func (d *run) lookup(f family) *scanner {
	if d.lookups[f] == nil {
		d.lookups[f] = d.snap.scanner(lookupAhead)
	}
	return d.lookups[f]
}

// storageKey returns the storage key of a family for a user key, valid until
// the next call.
func (d *run) storageKey(f family, name string) []byte {
	d.keyBuf = append(d.keyBuf[:0], f.prefix()...)
	if f.info().form == formGroup {
		d.keyBuf = appendUserKey(d.keyBuf, name)
	} else {
		d.keyBuf = append(d.keyBuf, name...)
	}
	return d.keyBuf
}

// get finds the visible row of a family that has one row per user key.
func (d *run) get(f family, name string) (*scanner, bool, error) {
	c := d.lookup(f)
	found, err := c.get(f, d.storageKey(f, name))
	return c, found, err
}

// any reports whether a family that has many rows per user key has one.
func (d *run) any(f family, name string) (bool, error) {
	return d.lookup(f).first(f, d.storageKey(f, name))
}

// scanFamily returns a scanner of one family.
func (d *run) scanFamily(f family) *scanner {
	prefix := []byte(f.prefix())
	return d.snap.scan(familiesOf(f), prefix, successor(prefix), scanAhead)
}
