package fsm

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"redrill/keyspace"
)

// Sorted-set rows (docs/FORMAT.md, section 3.7):
//
//	member : "!zs|mem|" ‖ kl(K) ‖ member                      body: score(8, BE, binary64)
//	index  : "!zs|scr|" ‖ kl(K) ‖ sortable(8) ‖ member        body empty; never decides
//	meta   : "!zs|meta|" ‖ kl(K)                              see [counter]
//	delta  : "!zs|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)
//	blob   : "!redis|zset|" ‖ K                               see [readZSetBlob]
func (d *run) zsets() error {
	return d.wideKeys(wide{
		typ: keyspace.TypeZSet, elem: famZSetMember, meta: famZSetMeta, delta: famZSetDelta,
		index: famZSetScore, indexed: true,
		anchor: slotZSet, inline: slotInlineZSet, blob: slotZSetBlob, blobFamily: famZSetBlob,
		deliver: (*run).zsetMembers, deliverBlob: (*run).zsetBlob,
	})
}

func (d *run) zsetBlobs() error {
	return d.blobs(famZSetBlob, slotZSetBlob, slotZSet, keyspace.TypeZSet, (*run).zsetBlob)
}

const scoreBytes = 8

func (d *run) zsetMembers(c *wideCursors, group []byte, k keyspace.Key, n *counter) error {
	elems := c.elems
	var rows pairSum
	s := sink[keyspace.Member]{d: d, key: k, value: zsetValue}
	s.check = func() error { return checkGroup(elems, group, checkScore) }
	for elems.at(group) {
		if err := checkScore(elems.scan, elems.tail); err != nil {
			return err
		}
		body, err := elems.scan.wholeBody()
		if err != nil {
			return err
		}
		m := keyspace.Member{Name: string(elems.tail), Score: math.Float64frombits(binary.BigEndian.Uint64(body))}
		if err := s.add(m, len(m.Name)+scoreBytes); err != nil {
			return err
		}
		rows.add(d, sortableScore(m.Score), elems.tail)
		d.noteScore(k, m, elems.scan.row.offset)
		if err := elems.next(); err != nil {
			return err
		}
	}
	if err := d.compareIndex(c.index, group, k, rows); err != nil {
		return err
	}
	n.compare(d, k.Name, keyspace.TypeZSet, s.total)
	return s.close()
}

func checkScore(c *scanner, _ []byte) error {
	if n := c.row.bodyLen(); n != scoreBytes {
		return unreadablef(c.row.offset, "%s row has a score of %d bytes, not %d", c.row.family, n, scoreBytes)
	}
	return nil
}

// noteScore notes a score that no Redis can hold. The member stays in its key.
func (d *run) noteScore(k keyspace.Key, m keyspace.Member, offset int64) {
	if math.IsNaN(m.Score) {
		d.hold(keyspace.Note{
			Kind: keyspace.NoteUnrepresentable, Name: k.Name, Type: keyspace.TypeZSet,
			Element: &m.Name, Offset: offset, Detail: "the score is NaN",
		})
	}
}

func zsetValue(held []keyspace.Member) keyspace.Value {
	slices.SortFunc(held, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
	return keyspace.ZSet(held)
}

func (d *run) zsetBlob(c *scanner, k keyspace.Key) error {
	body, err := blobBody(c, zsetBlobMagic)
	if err != nil {
		return err
	}
	members, err := readZSetBlob(body)
	if err != nil {
		return badBlob(c, err)
	}
	members = lastOf(d, c, k, keyspace.TypeZSet, members, func(m keyspace.Member) string { return m.Name })
	s := sink[keyspace.Member]{d: d, key: k, value: zsetValue}
	for _, m := range members {
		if err := s.add(m, len(m.Name)+scoreBytes); err != nil {
			return err
		}
		d.noteScore(k, m, c.row.offset)
	}
	return d.closeBlob(c, k, keyspace.TypeZSet, s.total, s.close)
}
