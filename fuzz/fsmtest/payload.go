package fsmtest

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
)

// Token returns the 17 bytes of a raft snapshot token, which is no snapshot:
// "EKVT" 01 ∥ index(8, BE) ∥ crc32c(4, BE).
func Token(index uint64, crc32c uint32) []byte {
	b := binary.BigEndian.AppendUint64([]byte("EKVT\x01"), index)
	return binary.BigEndian.AppendUint32(b, crc32c)
}

// OracleCeiling returns the 12-byte file of a timestamp-oracle group.
func OracleCeiling(ms uint64) []byte {
	return AppendFooter(binary.BigEndian.AppendUint64(nil, ms))
}

// SSTIngest returns a bundle of sorted tables, wrapped and with a footer:
// "EKVSSTI1" ∥ len(manifest)(8, BE) ∥ SHA-256(32) ∥ manifest ∥ tables.
func SSTIngest(w Wrapper, manifest string, tables []byte) []byte {
	b := append(w.appendTo(nil), "EKVSSTI1"...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(manifest)))
	sum := sha256.Sum256([]byte(manifest))
	b = append(b, sum[:]...)
	b = append(b, manifest...)
	return AppendFooter(append(b, tables...))
}

// MVCCStreaming returns the payload of an in-memory store with the given rows
// at one commit timestamp, wrapped and with a footer.
func MVCCStreaming(w Wrapper, ts uint64, rows ...Row) []byte {
	le := binary.LittleEndian
	body := le.AppendUint64(nil, ts)
	body = le.AppendUint64(body, 0)
	for _, r := range rows {
		body = append(le.AppendUint64(body, uint64(len(r.Key))), r.Key...)
		body = le.AppendUint64(body, 1)
		body = append(le.AppendUint64(body, ts), 0)
		body = le.AppendUint64(body, 0)
		body = append(le.AppendUint64(body, uint64(len(r.Body))), r.Body...)
	}
	b := append(w.appendTo(nil), "EKVMVCC2"...)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint32(b, crc32.ChecksumIEEE(body))
	return AppendFooter(append(b, body...))
}
