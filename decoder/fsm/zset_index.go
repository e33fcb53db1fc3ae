package fsm

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"

	"redrill/keyspace"
)

// pairSum sums up (sortable score, member) pairs without regard to order, so
// that two big collections can be compared in constant memory.
type pairSum struct {
	pairs int64
	sum   uint64
}

func (s *pairSum) add(d *run, sortable uint64, member []byte) {
	var h maphash.Hash
	h.SetSeed(d.snap.filter.seed)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], sortable)
	_, _ = h.Write(b[:]) // Never fails.
	_, _ = h.Write(member)
	s.pairs++
	s.sum += h.Sum64()
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

// compareIndex reads the score index of a sorted set and holds a note when it
// is not that of the members. The members are the truth.
func (d *run) compareIndex(index *groupCursor, group []byte, name string, rows pairSum) error {
	var indexed pairSum
	for index.at(group) {
		if len(index.tail) >= scoreBytes {
			indexed.add(d, binary.BigEndian.Uint64(index.tail), index.tail[scoreBytes:])
		} else {
			indexed.pairs++
		}
		if err := index.next(); err != nil {
			return err
		}
	}
	if rows != indexed {
		d.hold(keyspace.Note{
			Kind: keyspace.NoteScoreIndex, Name: name, Type: keyspace.TypeZSet, Offset: -1,
			Detail: fmt.Sprintf("%d members and %d index rows, which do not match", rows.pairs, indexed.pairs),
		})
	}
	return nil
}
