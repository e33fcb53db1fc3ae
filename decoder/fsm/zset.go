package fsm

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"redrill/keyspace"
)

// zsets are stored in these rows (docs/FORMAT.md, section 3.7):
//
//	member : "!zs|mem|" ‖ kl(K) ‖ member                      body: score(8, BE, binary64)
//	index  : "!zs|scr|" ‖ kl(K) ‖ sortable(8) ‖ member        body empty; never decides
//	meta   : "!zs|meta|" ‖ kl(K)                              see [counter]
//	delta  : "!zs|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)
//	blob   : "!redis|zset|" ‖ K                               see [readZSetBlob]
var zsets = collection[keyspace.Member]{
	elem: famZSetMember, meta: famZSetMeta, delta: famZSetDelta, blob: famZSetBlob,
	magic: zsetBlobMagic, readBlob: readZSetBlob,
	read: readMember, check: checkScore, doubt: doubtScore,
	name: func(m keyspace.Member) string { return m.Name },
	size: func(m keyspace.Member) int { return len(m.Name) + scoreBytes },
	value: func(held []keyspace.Member) keyspace.Value {
		slices.SortFunc(held, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
		return keyspace.ZSet(held)
	},
	index:    famZSetScore,
	sortable: func(m keyspace.Member) uint64 { return sortableScore(m.Score) },
}

func readMember(c *scanner, name []byte) (keyspace.Member, error) {
	if err := checkScore(c, name); err != nil {
		return keyspace.Member{}, err
	}
	body, err := c.wholeBody()
	if err != nil {
		return keyspace.Member{}, err
	}
	return keyspace.Member{Name: string(name), Score: math.Float64frombits(binary.BigEndian.Uint64(body))}, nil
}

func checkScore(c *scanner, _ []byte) error {
	if n := c.row.bodyLen(); n != scoreBytes {
		return unreadablef(c.row.offset, "%s row has a score of %d bytes, not %d", c.row.family, n, scoreBytes)
	}
	return nil
}

// doubtScore notes a score that no Redis can hold. The member stays in its key.
func doubtScore(m keyspace.Member) *keyspace.Note {
	if !math.IsNaN(m.Score) {
		return nil
	}
	return &keyspace.Note{Kind: keyspace.NoteUnrepresentable, Element: &m.Name, Detail: "the score is NaN"}
}

// sortableScore is the form of a score in index keys: bytes in the order of
// the numbers, one zero.
func sortableScore(score float64) uint64 {
	bits := math.Float64bits(score)
	if score == 0 {
		bits = 0
	}
	if bits&signBit != 0 {
		return ^bits
	}
	return bits | signBit
}
