package fsm

import "redrill/keyspace"

// Envelope of the current encoding (docs/FORMAT.md, sections 3.1 and 3.2):
//
//	magic(2) ‖ flags(1) ‖ [expireAtMs(8, BE), iff flags & 1] ‖ value
//
// A body without the magic is the value itself.
const (
	envelopeBytes       = 3
	envelopeExpiryBytes = envelopeBytes + ttlBytes
	envelopeFlagExpiry  = 0x01
)

var (
	stringMagic = [2]byte{0xFF, 0x01}
	hllMagic    = [2]byte{0xFF, 0x02}
)

// envelope is what stands before the value of a string or HyperLogLog row.
type envelope struct {
	current  bool // the expiry is embedded, even if it says none
	expireAt keyspace.ExpireAt
	bytes    int // where the value begins
}

// readEnvelope reads the envelope of the current row of c. A *unreadable error
// says that it is cut.
func readEnvelope(c *scanner, magic [2]byte) (envelope, error) {
	b, err := c.body(envelopeExpiryBytes)
	if err != nil {
		return envelope{}, err
	}
	if len(b) < len(magic) || b[0] != magic[0] || b[1] != magic[1] {
		return envelope{}, nil
	}
	if len(b) < envelopeBytes {
		return envelope{}, unreadablef(c.row.offset, "%s value ends within its header", c.row.family)
	}
	e := envelope{current: true, bytes: envelopeBytes}
	if b[2]&envelopeFlagExpiry != 0 {
		if len(b) < envelopeExpiryBytes {
			return envelope{}, unreadablef(c.row.offset, "%s value ends within its expiry", c.row.family)
		}
		e.bytes = envelopeExpiryBytes
		e.expireAt = absoluteExpiry(b[envelopeBytes:])
	}
	return e, nil
}

// strings delivers the prefixed string rows, which win over everything else.
func (d *run) strings() error {
	c := d.scanFamily(famString)
	for c.next() {
		name := string(c.rest())
		e, err := readEnvelope(c, stringMagic)
		if err == nil && !e.current {
			e.expireAt, err = d.legacyStringExpiry(d.userKey(name))
		}
		if err == nil {
			err = d.stringParts(c, name, e)
		}
		if err := d.settle(famString, name, err); err != nil {
			return err
		}
	}
	return c.err
}

// bareStrings delivers rows whose storage key is the user key itself.
func (d *run) bareStrings() error { return d.eachRow(famBare, d.bareString) }

func (d *run) bareString(c *scanner, k userKey) (err error) {
	var e envelope // A bare body is never unwrapped.
	if e.expireAt, err = d.expireAt(k, inline{}); err != nil {
		return err
	}
	return d.stringParts(c, k.name, e)
}

// legacyStringExpiry returns the expiry of a prefixed string without envelope:
// that of a HyperLogLog row of the same name if there is one, else as for any
// key (docs/FORMAT.md, section 3.11).
func (d *run) legacyStringExpiry(k userKey) (keyspace.ExpireAt, error) {
	if k.may.has(slotHLL) {
		c, found, err := d.get(famHLL, k.name)
		if err != nil {
			return keyspace.ExpireAt{}, err
		}
		if found {
			e, err := readEnvelope(c, hllMagic)
			if err != nil || e.current {
				return e.expireAt, err
			}
			return d.indexedExpiry(k)
		}
	}
	return d.expireAt(k, inline{})
}

// stringParts delivers the value behind the envelope, piece by piece.
func (d *run) stringParts(c *scanner, name string, e envelope) error {
	k := keyspace.Key{Name: name, ExpireAt: e.expireAt}
	off, left := c.row.bodyOff()+int64(e.bytes), c.row.bodyLen()-e.bytes
	for {
		n := min(left, d.snap.opts.Part.Bytes)
		b, err := c.in.at(off, n)
		if err != nil {
			return err
		}
		off, left = off+int64(n), left-n
		k.Value, k.More = keyspace.String(b), left > 0
		if err := d.emit(k); err != nil || !k.More {
			return err
		}
		k.Part++
	}
}
