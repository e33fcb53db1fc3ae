package fsmtest

import "encoding/binary"

// prefixed returns the storage key prefix ∥ len(name)(4, BE) ∥ name ∥ tail.
func prefixed(prefix, name, tail string) []byte {
	b := make([]byte, 0, len(prefix)+4+len(name)+len(tail)+20)
	b = append(b, prefix...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(name)))
	b = append(b, name...)
	return append(b, tail...)
}

// plain returns the storage key prefix ∥ name, with room for a suffix.
func plain(prefix, name string) []byte {
	b := make([]byte, 0, len(prefix)+len(name)+8)
	b = append(b, prefix...)
	return append(b, name...)
}

// words returns its arguments as 8 bytes each, big-endian.
func words(v ...uint64) []byte {
	b := make([]byte, 0, 8*len(v))
	for _, u := range v {
		b = binary.BigEndian.AppendUint64(b, u)
	}
	return b
}

// metaBody is the body of a hash, set or sorted-set meta row.
//
//	8:  len(8, BE)
//	16: len(8, BE) ∥ expireAtMs(8, BE), 0 = explicitly none
func metaBody(n int64, expireAtMs ...uint64) []byte {
	return words(append([]uint64{uint64(n)}, expireAtMs...)...)
}

// deltaKey returns prefix ∥ kl(name) ∥ commitTS(8, BE) ∥ seq(4, BE).
func deltaKey(prefix, name string, ts uint64, seq uint32) []byte {
	b := binary.BigEndian.AppendUint64(prefixed(prefix, name, ""), ts)
	return binary.BigEndian.AppendUint32(b, seq)
}
