package fsmtest

import (
	"encoding/binary"
	"slices"
)

// Refoot returns a copy of file whose last 4 bytes are the footer of the bytes
// before them: damage that a checksum does not find.
func Refoot(file []byte) []byte {
	return AppendFooter(slices.Clone(file[:len(file)-4]))
}

// WrongFooter returns a copy of file with one bit of its footer flipped.
func WrongFooter(file []byte) []byte { return FlipBit(file, len(file)-1, 0) }

// FlipBit returns a copy of file with one bit flipped.
func FlipBit(file []byte, offsetBytes int, bit uint) []byte {
	b := slices.Clone(file)
	b[offsetBytes] ^= 1 << bit
	return b
}

// Replace returns a copy of file with the bytes from offset on replaced, for
// wrong magics, lengths and versions. It does not grow.
func Replace(file []byte, offsetBytes int, with string) []byte {
	b := slices.Clone(file)
	copy(b[offsetBytes:], with)
	return b
}

// V2Length returns a copy of a file with wrapper version 2 that declares the
// length n (big-endian) without changing the bytes that follow.
func V2Length(file []byte, n uint16) []byte {
	return Replace(file, len(magicV2), string(binary.BigEndian.AppendUint16(nil, n)))
}
