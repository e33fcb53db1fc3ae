package fsm

import (
	"bytes"
	"fmt"
	"slices"
)

// scanner yields the visible rows of some families, in the order of their
// encoded keys.
type scanner struct {
	snap     *Snapshot
	in       window
	want     families
	toBuf    []byte
	bounds   []byte // buffer of get
	from, to []byte // bounds of the storage key (from) and the encoded key (to, exclusive; nil: none)

	frames frames
	block  int // index of the block that pos lies in
	pos    int64
	past   bool // the record at pos was read and is not below to
	row    record
	ok     bool
	err    error
}

const (
	scanAhead   = 256 << 10
	lookupAhead = 32 << 10

	usualKeyBytes = 64 // of an encoded key; longer ones are held as well
)

// scan returns a scanner of the rows whose storage key is >= from and whose
// encoded key is < to. It stands before the first row.
func (s *Snapshot) scan(want families, from, to []byte, ahead int) *scanner {
	c := s.scanner(ahead)
	c.reset(want, from, to)
	return c
}

// scanner returns a scanner that stands at the end of the file.
func (s *Snapshot) scanner(ahead int) *scanner {
	c := &scanner{snap: s, in: window{r: s.r, size: s.payloadEnd, pages: s.pages, ahead: ahead}, pos: s.payloadEnd}
	c.frames = frames{in: &c.in, end: s.payloadEnd, versions: versions{prev: make([]byte, 0, usualKeyBytes)}}
	return c
}

// reset moves the scanner to another range; its buffers are kept.
func (c *scanner) reset(want families, from, to []byte) {
	c.resetAt(want, from, to, from)
}

// resetAt is reset for a caller that knows that no wanted row has an encoded
// key below at.
func (c *scanner) resetAt(want families, from, to, at []byte) {
	ahead := c.aheadOf(want, at)
	c.want, c.from, c.to = want, append(c.from[:0], from...), nil
	if to != nil {
		c.toBuf = append(c.toBuf[:0], to...)
		c.to = c.toBuf
	}
	c.ok, c.past, c.err = false, false, nil
	if ahead {
		return
	}
	v := &c.frames.versions
	v.prev, v.seen = v.prev[:0], v.seen[:0]
	c.pos = c.snap.payloadEnd
	if len(c.snap.blocks.blocks) > 0 {
		c.block = c.snap.blocks.seek(at)
		c.pos = c.snap.blocks.blocks[c.block].offset
	}
}

// aheadOf reports whether the first wanted row at or above the key is reached
// soonest by reading on: everything before pos lies below the key, and pos is
// in the key's block. Ascending lookups then read each record once.
func (c *scanner) aheadOf(want families, at []byte) bool {
	if c.err != nil || c.want != want || len(c.frames.versions.prev) == 0 || c.pos >= c.snap.payloadEnd {
		return false
	}
	if c.past {
		if bytes.Compare(at, c.to) < 0 {
			return false
		}
	} else if bytes.Compare(at, c.frames.versions.prev) <= 0 {
		return false
	}
	return c.snap.blocks.seek(at) == c.block
}

// next moves to the next visible row. After the last row or an error ok is
// false.
func (c *scanner) next() bool {
	for c.ok = false; !c.ok && c.step(); {
		c.ok = c.accept()
	}
	return c.ok
}

// step moves to the next record of a block with wanted families, whatever the
// record is. It reports whether there is one below the end of the range.
func (c *scanner) step() bool {
	if c.err != nil || c.past || !c.enterBlock() {
		return false
	}
	if c.err = c.frames.read(c.pos, &c.row); c.err != nil {
		return false
	}
	if c.to != nil && bytes.Compare(c.row.key, c.to) >= 0 {
		c.past = true
		return false
	}
	c.pos = c.row.end()
	return true
}

// enterBlock steps over blocks that hold no wanted family.
func (c *scanner) enterBlock() bool {
	blocks := c.snap.blocks.blocks
	for c.pos < c.snap.payloadEnd {
		if c.block+1 < len(blocks) && c.pos >= blocks[c.block+1].offset {
			c.block++
		}
		if blocks[c.block].holds&c.want != 0 {
			return true
		}
		if c.block+1 == len(blocks) {
			break
		}
		c.block++
		c.pos = blocks[c.block].offset
	}
	c.pos = c.snap.payloadEnd
	return false
}

// maxForeign is the number of records of longer keys that are read one by one
// before a search steps over all that share the bytes where a timestamp or a
// position would stand.
const maxForeign = 16

// find moves to the newest version of exactly this storage key and reports
// whether it is a visible row of a wanted family. The range was set to hold
// all versions of the key.
func (c *scanner) find(key []byte) bool {
	foreign := 0
	var from []byte // where the search stepped to; it may begin further in front
	for c.ok = false; c.step(); {
		k := c.row.key
		if bytes.Compare(k, from) < 0 {
			continue
		}
		if !bytes.HasPrefix(k, key) || len(k)-suffixBytes < len(key) || c.row.raw {
			continue
		}
		if len(k)-suffixBytes == len(key) {
			c.row.classify()
			c.ok = c.want.has(c.row.family) && !c.row.hiddenAt(c.snap.readTS)
			return c.ok
		}
		if foreign++; foreign < maxForeign {
			continue
		}
		// Every key that begins with these bytes is foreign, but one.
		next := successor(k[:len(key)+suffixBytes])
		if !bytes.HasPrefix(next, key) {
			return false
		}
		foreign, from = 0, next
		c.resetAt(c.want, key, c.to, next)
	}
	return false
}

// accept reports whether the current record is a visible row of the range.
func (c *scanner) accept() bool {
	r := &c.row
	if r.raw {
		return false
	}
	key := r.storageKey()
	if bytes.Compare(key, c.from) < 0 {
		return false
	}
	r.classify()
	if !c.want.has(r.family) && !ambiguous(key) {
		return false
	}
	return c.frames.versions.newest() && !r.hiddenAt(c.snap.readTS) && c.want.has(r.family)
}

// ambiguous reports whether the family of a key depends on the body, so that
// versions of one storage key may differ in family.
func ambiguous(key []byte) bool {
	return bytes.HasPrefix(key, []byte(famListDelta.prefix()))
}

// key returns the storage key of the current row; valid until the next call of
// next.
func (c *scanner) key() []byte { return c.row.storageKey() }

// rest returns what follows the family's prefix in the current storage key.
func (c *scanner) rest() []byte { return c.key()[len(c.row.family.prefix()):] }

// body returns the first n bytes of the current body, or all of it if it is
// shorter; valid until the next call of next or body.
func (c *scanner) body(n int) ([]byte, error) {
	return c.in.at(c.row.bodyOff(), min(n, c.row.bodyLen()))
}

// wholeBody returns the current body; valid until the next call.
func (c *scanner) wholeBody() ([]byte, error) { return c.body(c.row.bodyLen()) }

// sizedBody is wholeBody for a family whose bodies have certain sizes. A
// *unreadable error says that this one has another.
func (c *scanner) sizedBody() ([]byte, error) {
	sizes := c.row.family.info().sizes
	if n := c.row.bodyLen(); !slices.Contains(sizes, n) {
		want := fmt.Sprint(sizes[0])
		for i, size := range sizes[1:] {
			between := ", "
			if i+2 == len(sizes) {
				between = " or "
			}
			want += between + fmt.Sprint(size)
		}
		return nil, unreadablef(c.row.offset, "%s row has %d bytes, not %s", c.row.family, n, want)
	}
	return c.wholeBody()
}

// successor returns the smallest byte string above every string with the given
// prefix, or nil when there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			s := bytes.Clone(prefix[:i+1])
			s[i]++
			return s
		}
	}
	return nil
}
