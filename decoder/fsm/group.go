package fsm

import "bytes"

// groupCursor walks a length-prefixed family. Rows of one user key follow each
// other; user keys ascend by kl(K), in every family alike, which is what makes
// families joinable.
type groupCursor struct {
	d         *run
	tailBytes int // of a well-formed row
	scan      *scanner

	ok    bool
	group []byte // kl(K) of the current row; valid until next
	tail  []byte // what follows it
}

// groups returns a cursor for each family, which stands at the first row.
func (d *run) groups(fs ...family) (cursors []*groupCursor, err error) {
	for _, f := range fs {
		g := &groupCursor{d: d, tailBytes: f.info().tail, scan: d.scanFamily(f)}
		if err := g.next(); err != nil {
			return nil, err
		}
		cursors = append(cursors, g)
	}
	return cursors, nil
}

// next moves to the next well-formed row and notes malformed ones.
func (g *groupCursor) next() error {
	for g.ok = false; g.scan.next(); {
		var ok bool
		g.group, g.tail, ok = splitUserKey(g.scan.rest())
		if ok && (g.tailBytes == anyTail || len(g.tail) == g.tailBytes) {
			g.ok = true
			return nil
		}
		if err := g.d.malformed(g.scan); err != nil {
			return err
		}
	}
	return g.scan.err
}

// at reports whether the current row belongs to the group.
func (g *groupCursor) at(group []byte) bool { return g.ok && bytes.Equal(g.group, group) }

// skip moves behind the group and returns how many rows it had.
func (g *groupCursor) skip(group []byte) (n int64, err error) {
	for g.at(group) {
		n++
		if err := g.next(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// lowest returns a copy of the lowest group that the cursors stand at, nil
// when all have ended.
func lowest(buf []byte, cursors ...*groupCursor) []byte {
	var low []byte
	for _, c := range cursors {
		if c.ok && (low == nil || bytes.Compare(c.group, low) < 0) {
			low = c.group
		}
	}
	if low == nil {
		return nil
	}
	return append(buf[:0], low...)
}

// checkGroup runs check over every visible element row of a user key, before
// its first part is delivered: a key that will turn out unreadable must not
// have been delivered in part.
func checkGroup(elems *groupCursor, group []byte, check func(c *scanner, tail []byte) error) error {
	f := elems.scan.row.family
	prefix := append([]byte(f.prefix()), group...)
	c := elems.d.snap.scan(familiesOf(f), prefix, successor(prefix), scanAhead)
	for c.next() {
		if err := check(c, c.key()[len(prefix):]); err != nil {
			return err
		}
	}
	return c.err
}
