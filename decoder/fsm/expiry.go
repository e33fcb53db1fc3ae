package fsm

import (
	"encoding/binary"
	"math"

	"redrill/keyspace"
)

// inline is the expiry that the winning encoding's own meta holds, so that it
// need not be looked up.
type inline struct {
	slot    slot // slotNone when the encoding has no meta
	present bool // the meta has a size that holds an expiry
	at      keyspace.ExpireAt
}

// inlineOf returns what the body of a family's row says about the expiry. The
// body has one of the sizes of the family.
func inlineOf(f family, body []byte) inline {
	in := inline{slot: f.info().inline}
	if f.inlineIn(len(body)) != slotNone {
		in.present, in.at = true, inlineExpiry(body[f.info().sizes[0]:])
	}
	return in
}

// key returns a key without its value.
func (d *run) key(k userKey, own inline) (keyspace.Key, error) {
	expireAt, err := d.expireAt(k, own)
	return keyspace.Key{Name: k.name, ExpireAt: expireAt}, err
}

// expireAt returns the expiry of a key whose value has none of its own: the
// first inline expiry, else the TTL index. It belongs to the user key: the metas
// of every type count, whichever encoding won (docs/FORMAT.md, section 3.11). A
// *unreadable error says that the expiry is there but cannot be read.
func (d *run) expireAt(k userKey, own inline) (keyspace.ExpireAt, error) {
	for s := slotInlineList; s <= slotInlineStream; s++ {
		if s == own.slot {
			if own.present {
				return own.at, nil
			}
			continue
		}
		if !k.may.has(s) {
			continue
		}
		f := rowsOf[s][0]
		c, found, err := d.get(f, k.name)
		if err != nil {
			return keyspace.ExpireAt{}, err
		}
		if !found || f.inlineIn(c.row.bodyLen()) == slotNone {
			continue
		}
		b, err := c.wholeBody()
		return inlineOf(f, b).at, err
	}
	return d.indexedExpiry(k)
}

// indexedExpiry returns the expiry of the TTL index.
func (d *run) indexedExpiry(k userKey) (keyspace.ExpireAt, error) {
	if !k.may.has(slotTTL) {
		return keyspace.ExpireAt{}, nil
	}
	c, found, err := d.get(famTTL, k.name)
	if err != nil || !found {
		return keyspace.ExpireAt{}, err
	}
	if n := c.row.bodyLen(); n != ttlBytes {
		return keyspace.ExpireAt{}, unreadablef(c.row.offset, "TTL index row has %d bytes, not %d", n, ttlBytes)
	}
	b, err := c.wholeBody()
	if err != nil {
		return keyspace.ExpireAt{}, err
	}
	return absoluteExpiry(b), nil
}

// inlineExpiry reads an expiry where 0 means explicitly none.
func inlineExpiry(b []byte) keyspace.ExpireAt {
	if binary.BigEndian.Uint64(b) == 0 {
		return keyspace.ExpireAt{}
	}
	return absoluteExpiry(b)
}

// absoluteExpiry reads an expiry where 0 is a time. Values above 2^63-1 are
// clamped to it.
func absoluteExpiry(b []byte) keyspace.ExpireAt {
	ms := binary.BigEndian.Uint64(b)
	return keyspace.ExpireAtMs(int64(min(ms, math.MaxInt64)))
}

// orphanTTLs counts TTL index rows whose user key has no anchor.
func (d *run) orphanTTLs() error {
	c := d.scanFamily(famTTL)
	for c.next() {
		_, anchored, err := d.winner(d.userKey(string(c.rest())), anchorEnd)
		if err != nil {
			return err
		}
		if !anchored {
			d.count(keyspace.NoteOrphanTTL, 1)
		}
	}
	return c.err
}
