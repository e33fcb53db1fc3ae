package fsmtest

import (
	"bytes"
	"encoding/binary"
	"slices"
)

const flagTombstone = 0x01

// Row is a storage key with its body, without a version.
type Row struct {
	Key  []byte
	Body []byte
}

// At returns the version of r that was committed at ts (HLC).
func (r Row) At(ts uint64) Record { return Record{Key: r.Key, CommitTS: ts, Body: r.Body} }

// DeletedAt returns a tombstone for r, committed at ts (HLC).
func (r Row) DeletedAt(ts uint64) Record {
	return Record{Key: r.Key, CommitTS: ts, Tombstone: true}
}

// At returns the rows as records committed at ts (HLC).
func At(ts uint64, rows ...Row) []Record {
	records := make([]Record, len(rows))
	for i, r := range rows {
		records[i] = r.At(ts)
	}
	return records
}

// Record is one entry of the snapshot: a version of a row, or a raw
// operational row.
type Record struct {
	Key       []byte // storage key; the complete key when Raw
	CommitTS  uint64 // HLC
	Tombstone bool
	Flags     byte   // or-ed into the flags byte: encryption state, reserved bits
	ExpireAt  uint64 // of the version, HLC; 0 is none, as in all rows of Redis data
	Body      []byte
	Raw       bool // neither timestamp suffix nor value header
}

// AppendKey appends the encoded key to b.
func (r Record) AppendKey(b []byte) []byte {
	b = append(b, r.Key...)
	if r.Raw {
		return b
	}
	return binary.BigEndian.AppendUint64(b, ^r.CommitTS)
}

// AppendValue appends the encoded value to b.
func (r Record) AppendValue(b []byte) []byte {
	if !r.Raw {
		flags := r.Flags
		if r.Tombstone {
			flags |= flagTombstone
		}
		b = append(b, flags)
		b = binary.LittleEndian.AppendUint64(b, r.ExpireAt)
	}
	return append(b, r.Body...)
}

// Append appends the whole entry to b.
func (r Record) Append(b []byte) []byte {
	keyLen, valLen := len(r.Key), len(r.Body)
	if !r.Raw {
		keyLen += 8
		valLen += 9
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(keyLen))
	b = r.AppendKey(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(valLen))
	return r.AppendValue(b)
}

// SortRecords sorts by encoded key, as a store iterates.
func SortRecords(records []Record) {
	type keyed struct {
		key    []byte
		record Record
	}
	sorted := make([]keyed, len(records))
	for i, r := range records {
		sorted[i] = keyed{r.AppendKey(make([]byte, 0, len(r.Key)+8)), r}
	}
	slices.SortStableFunc(sorted, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range sorted {
		records[i] = sorted[i].record
	}
}

// MetaRecords returns the raw operational rows of a single-node store.
func MetaRecords(lastCommitTS, appliedIndex uint64) []Record {
	return []Record{
		metaRecord("_meta_applied_index", appliedIndex),
		metaRecord("_meta_last_commit_ts", lastCommitTS),
		metaRecord("_meta_min_retained_ts", 1),
	}
}

func metaRecord(key string, v uint64) Record {
	return Record{Key: []byte(key), Body: binary.LittleEndian.AppendUint64(nil, v), Raw: true}
}

// PendingMetaRecord returns the raw row of a compaction floor being applied.
func PendingMetaRecord(ts uint64) Record {
	return metaRecord("_meta_pending_min_retained_ts", ts)
}

// RegistryRecord returns a raw row of the encryption writer registry.
//
//	key:   "!encryption|writers|" ∥ dekID(4, BE) ∥ "|" ∥ low half of node(2, BE)
//	value: node(8, BE) ∥ first epoch(2, BE) ∥ last epoch(2, BE)
func RegistryRecord(dekID uint32, node uint64, first, last uint16) Record {
	key := binary.BigEndian.AppendUint32([]byte("!encryption|writers|"), dekID)
	key = binary.BigEndian.AppendUint16(append(key, '|'), uint16(node))
	body := binary.BigEndian.AppendUint64(nil, node)
	body = binary.BigEndian.AppendUint16(body, first)
	body = binary.BigEndian.AppendUint16(body, last)
	return Record{Key: key, Body: body, Raw: true}
}
