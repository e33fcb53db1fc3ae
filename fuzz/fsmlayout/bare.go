package fsmlayout

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

const payloadMagic = "EKVPBBL1"

// barePayload returns the snapshot without wrapper, footer and operational rows.
// What cannot be framed stays as it is, for the decoder to refuse. ok is false
// if there is no payload of the native kind.
func barePayload(snapshot []byte) (payload []byte, ok bool) {
	rest := snapshot
	switch {
	case bytes.HasPrefix(rest, []byte("EKVTHLC1")) && len(rest) >= 16:
		rest = rest[16:]
	case bytes.HasPrefix(rest, []byte("EKVTHLC2")) && len(rest) >= 10:
		n := 10 + int(binary.BigEndian.Uint16(rest[8:]))
		if len(rest) < n {
			return nil, false
		}
		rest = rest[n:]
	}
	if !bytes.HasPrefix(rest, []byte(payloadMagic)) {
		return nil, false
	}
	if len(rest) < 16 {
		return rest, true
	}
	payload, rest = slices.Clone(rest[:16]), rest[16:]
	for len(rest) > 0 {
		key, record := frame(rest)
		if record == nil {
			break
		}
		if !operational(key) {
			payload = append(payload, record...)
		}
		rest = rest[len(record):]
	}
	if len(rest) == 4 && footer(snapshot) == binary.BigEndian.Uint32(rest) {
		return payload, true
	}
	return append(payload, rest...), true
}

// frame returns the first record and its key, or nil if there is no whole one.
func frame(b []byte) (key, record []byte) {
	at := uint64(0)
	for i := range 2 {
		if uint64(len(b))-at < 8 {
			return nil, nil
		}
		n := binary.LittleEndian.Uint64(b[at:])
		at += 8
		if n > uint64(len(b))-at {
			return nil, nil
		}
		if i == 0 {
			key = b[at : at+n]
		}
		at += n
	}
	return key, b[:at]
}

func operational(key []byte) bool {
	switch string(key) {
	case "_meta_last_commit_ts", "_meta_min_retained_ts", "_meta_pending_min_retained_ts", "_meta_applied_index",
		"_migack", "_mighlc", "_migpromote":
		return true
	}
	const ready = "!migstage|ready|" // ∥ job(8)
	return bytes.HasPrefix(key, []byte(ready)) && len(key) == len(ready)+8
}

func footer(snapshot []byte) uint32 {
	return crc32.Checksum(snapshot[:len(snapshot)-4], crc32.MakeTable(crc32.Castagnoli))
}
