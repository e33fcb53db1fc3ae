package fsm

import (
	"slices"

	"redrill/keyspace"
)

// hyperLogLogs delivers HyperLogLog rows (docs/FORMAT.md, section 3.2). What
// is stored is not a sketch but the exact set of the added elements, in the
// message of a set blob; an empty payload is an empty HyperLogLog.
func (d *run) hyperLogLogs() error { return d.eachRow(famHLL, d.hyperLogLog) }

func (d *run) hyperLogLog(c *scanner, k userKey) error {
	e, err := readEnvelope(c, hllMagic)
	if err != nil {
		return err
	}
	if !e.current {
		// An older encoding takes its expiry from the TTL index alone, whatever
		// metas stand beside it (docs/FORMAT.md, section 3.11).
		if e.expireAt, err = d.indexedExpiry(k); err != nil {
			return err
		}
	}
	body, err := c.wholeBody()
	if err != nil {
		return err
	}
	payload, err := trimBlobMagic(c, body[e.bytes:], setBlobMagic)
	if err != nil {
		return err
	}
	elements, err := readSetBlob(payload)
	if err != nil {
		return badBlob(c, err)
	}
	slices.Sort(elements)
	s := sink[string]{
		d: d, key: keyspace.Key{Name: k.name, ExpireAt: e.expireAt},
		value: func(held []string) keyspace.Value { return keyspace.HyperLogLog(held) },
	}
	for _, v := range slices.Compact(elements) {
		if err := s.add(v, len(v)); err != nil {
			return err
		}
	}
	return s.close()
}
