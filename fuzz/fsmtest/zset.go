package fsmtest

import (
	"encoding/binary"
	"math"

	"redrill/keyspace"

	"google.golang.org/protobuf/encoding/protowire"
)

// ZSet is the name of a sorted-set key.
type ZSet string

// Member returns the row of one member; its body is the score (8, BE).
func (k ZSet) Member(name string, score float64) Row {
	return Row{prefixed("!zs|mem|", string(k), name), words(math.Float64bits(score))}
}

// Score returns the row of the score index for one member.
func (k ZSet) Score(name string, score float64) Row {
	key := binary.BigEndian.AppendUint64(prefixed("!zs|scr|", string(k), ""), sortableScore(score))
	return Row{append(key, name...), nil}
}

// Meta8 returns a meta row without an expire time of its own.
func (k ZSet) Meta8(n int64) Row { return Row{prefixed("!zs|meta|", string(k), ""), metaBody(n)} }

// Meta16 returns a meta row with an expire time; 0 is explicitly none.
func (k ZSet) Meta16(n int64, expireAtMs uint64) Row {
	return Row{prefixed("!zs|meta|", string(k), ""), metaBody(n, expireAtMs)}
}

// Delta returns a row that changes the length by n.
func (k ZSet) Delta(ts uint64, seq uint32, n int64) Row {
	return Row{deltaKey("!zs|meta|d|", string(k), ts, seq), words(uint64(n))}
}

// Blob returns the legacy encoding in one row, members in the order given:
// 00 "RZ" 01 ∥ RedisZSetValue. As proto3 does, an empty name and a score of
// +0 are left out; -0 is written.
func (k ZSet) Blob(members ...keyspace.Member) Row {
	b := []byte("\x00RZ\x01")
	for _, m := range members {
		var entry []byte
		if m.Name != "" {
			entry = appendBytes(entry, 1, m.Name)
		}
		if bits := math.Float64bits(m.Score); bits != 0 {
			entry = protowire.AppendTag(entry, 2, protowire.Fixed64Type)
			entry = protowire.AppendFixed64(entry, bits)
		}
		b = appendBytes(b, 1, string(entry))
	}
	return Row{plain("!redis|zset|", string(k)), b}
}

// sortableScore maps scores to integers of the same order; both zeros are one.
func sortableScore(score float64) uint64 {
	bits := math.Float64bits(score)
	if score == 0 {
		bits = 0
	}
	if bits>>63 == 0 {
		return bits ^ 1<<63
	}
	return ^bits
}
