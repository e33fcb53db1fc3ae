package fsm

import (
	"encoding/binary"
	"math"

	"redrill/keyspace"
)

// ttlBytes is the size of a TTL index row: expireAtMs(8, BE).
const ttlBytes = 8

// inline is the expiry that the winning encoding's own meta holds, so that it
// need not be looked up.
type inline struct {
	slot    slot // 0 when the encoding has no meta
	present bool // the meta has the size that holds an expiry
	at      keyspace.ExpireAt
}

// inlineOrder is the order in which metas are asked for an expiry. It belongs
// to the user key: the metas of every type count, whichever encoding won
// (docs/FORMAT.md, section 3.11).
var inlineOrder = [...]struct {
	slot   slot
	family family
	off    int // of ExpireAt(8, BE; 0 = explicitly none) in the body
}{
	{slotInlineList, famListMeta, listMetaBytes},
	{slotInlineHash, famHashMeta, metaBytes},
	{slotInlineSet, famSetMeta, metaBytes},
	{slotInlineZSet, famZSetMeta, metaBytes},
	{slotInlineStream, famStreamMeta, streamMetaBytes},
}

// expireAt returns the expiry of a key whose value has none of its own: the
// first inline expiry, else the TTL index. A *unreadable error says that the
// expiry is there but cannot be read.
func (d *run) expireAt(name string, own inline) (keyspace.ExpireAt, error) {
	may := d.slotsOf(name)
	for _, m := range inlineOrder {
		if own.slot == m.slot {
			if own.present {
				return own.at, nil
			}
			continue
		}
		if !may.has(m.slot) {
			continue
		}
		c, found, err := d.get(m.family, name)
		if err != nil {
			return keyspace.ExpireAt{}, err
		}
		if !found || inlineSlot(m.family, c.row.bodyLen()) == 0 {
			continue
		}
		b, err := c.wholeBody()
		if err != nil {
			return keyspace.ExpireAt{}, err
		}
		return inlineExpiry(b[m.off:]), nil
	}
	if !may.has(slotTTL) {
		return keyspace.ExpireAt{}, nil
	}
	return d.indexedExpiry(name)
}

// indexedExpiry returns the expiry of the TTL index.
func (d *run) indexedExpiry(name string) (keyspace.ExpireAt, error) {
	c, found, err := d.get(famTTL, name)
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
