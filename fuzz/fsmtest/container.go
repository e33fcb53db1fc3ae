package fsmtest

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	magicV1     = "EKVTHLC1"
	magicV2     = "EKVTHLC2"
	magicNative = "EKVPBBL1"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Container is what surrounds the entries of a file. The zero value has no
// wrapper, a zero timestamp and a footer.
type Container struct {
	Wrapper      Wrapper
	LastCommitTS uint64 // HLC, of the native header
	NoFooter     bool
	// KeepOrder writes records as they come. Without it a [Writer] refuses
	// records that do not ascend, and [Snapshot] sorts them.
	KeepOrder bool
}

// Node returns the container that a running node writes: wrapper version 1
// with the ceiling 3 s after the last commit, and a footer.
func Node(lastCommitTS uint64) Container {
	return Container{
		Wrapper:      Wrapper{Version: 1, CeilingMs: lastCommitTS>>16 + 3000},
		LastCommitTS: lastCommitTS,
	}
}

// Wrapper is the header around the payload. The zero value means no wrapper.
//
//	v1: "EKVTHLC1" ∥ ceilingMs(8, BE)
//	v2: "EKVTHLC2" ∥ length(2, BE) = 16 + len(Extra) ∥ ceilingMs(8, BE) ∥ cutover(8, BE) ∥ Extra
type Wrapper struct {
	Version   int // 0 none, 1, 2
	CeilingMs uint64
	Cutover   uint64 // version 2 only
	Extra     []byte // version 2 only: the forward-compatible area, up to 1008 bytes
}

// HLC returns the hybrid logical clock value of a time in Unix milliseconds.
func HLC(ms uint64, counter uint16) uint64 { return ms<<16 | uint64(counter) }

func (w Wrapper) appendTo(b []byte) []byte {
	switch w.Version {
	case 1:
		b = append(b, magicV1...)
		b = binary.BigEndian.AppendUint64(b, w.CeilingMs)
	case 2:
		b = append(b, magicV2...)
		b = binary.BigEndian.AppendUint16(b, uint16(16+len(w.Extra)))
		b = binary.BigEndian.AppendUint64(b, w.CeilingMs)
		b = binary.BigEndian.AppendUint64(b, w.Cutover)
		b = append(b, w.Extra...)
	}
	return b
}

func (c Container) appendHeader(b []byte) []byte {
	b = c.Wrapper.appendTo(b)
	b = append(b, magicNative...)
	return binary.LittleEndian.AppendUint64(b, c.LastCommitTS)
}

// AppendFooter appends the CRC-32C of b to b, big-endian.
func AppendFooter(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}
