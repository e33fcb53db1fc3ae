package fsm

import (
	"bytes"
	"encoding/binary"

	"redrill/decoder"
)

// Limits of a record (docs/FORMAT.md, section 1.5); equality is accepted.
const (
	maxKeyBytes   = 1<<20 + suffixBytes
	maxValueBytes = 256<<20 + valueHeaderBytes + 34 // 34: overhead of an encrypted body
)

const (
	lengthBytes      = 8 // of a key or value length, little-endian
	valueHeaderBytes = 9 // flags(1) ‖ expireAt(8, LE)
)

// Bits of the flags byte of an encoded value.
const (
	flagTombstone    = 0x01
	flagsEncryption  = 0x06
	flagEncrypted    = 0x02
	flagsReservedSet = 0xF8
)

// record is one entry of the payload: one version of a storage key, or a raw
// operational row.
type record struct {
	offset   int64  // of the record in the file
	key      []byte // encoded key; borrowed
	valueOff int64  // of the encoded value in the file
	valueLen int
	flags    byte
	expireAt uint64 // HLC; 0 means none
	raw      bool
	family   family // told for raw rows; for others see [record.classify]
}

func (r *record) storageKey() []byte { return r.key[:len(r.key)-suffixBytes] }

func (r *record) commitTS() uint64 {
	return ^binary.BigEndian.Uint64(r.key[len(r.key)-suffixBytes:])
}

func (r *record) tombstone() bool { return r.flags&flagTombstone != 0 }
func (r *record) encrypted() bool { return r.flags&flagsEncryption == flagEncrypted }
func (r *record) bodyOff() int64  { return r.valueOff + valueHeaderBytes }
func (r *record) bodyLen() int    { return r.valueLen - valueHeaderBytes }
func (r *record) end() int64      { return r.valueOff + int64(r.valueLen) }

// classify tells the family of a row that is not raw.
func (r *record) classify() { r.family = classify(r.storageKey(), r.bodyLen()) }

// hiddenAt reports whether the version is gone at the read timestamp. The
// expiry of a version is an HLC value, never used by Redis rows in practice.
func (r *record) hiddenAt(readTS uint64) bool {
	return r.tombstone() || (r.expireAt != 0 && r.expireAt <= readTS)
}

// checkKeyLen bounds a key length before anything is narrowed or allocated.
func checkKeyLen(offset int64, n uint64) error {
	if n > maxKeyBytes {
		return decoder.Errorf(decoder.ErrLimit, offset, "key length %d exceeds %d", n, maxKeyBytes)
	}
	return nil
}

// checkValueLen bounds a value length before anything is narrowed or allocated.
func checkValueLen(offset int64, n uint64) error {
	if n > maxValueBytes {
		return decoder.Errorf(decoder.ErrLimit, offset, "value length %d exceeds %d", n, maxValueBytes)
	}
	return nil
}

// setHeader takes the flags and the expiry from the first bytes of the encoded
// value and checks the shape of a versioned record.
func (r *record) setHeader(head []byte) error {
	if len(r.key) < suffixBytes {
		return decoder.Errorf(decoder.ErrCorrupt, r.offset, "encoded key of %d bytes is shorter than its timestamp", len(r.key))
	}
	if len(head) < valueHeaderBytes {
		return decoder.Errorf(decoder.ErrCorrupt, r.valueOff, "encoded value of %d bytes is shorter than its header", r.valueLen)
	}
	r.flags = head[0]
	r.expireAt = binary.LittleEndian.Uint64(head[1:])
	if r.flags&flagsReservedSet != 0 {
		return decoder.Errorf(decoder.ErrCorrupt, r.valueOff, "reserved bits set in value flags %#02x", r.flags)
	}
	if e := r.flags & flagsEncryption; e != 0 && e != flagEncrypted {
		return decoder.Errorf(decoder.ErrCorrupt, r.valueOff, "reserved encryption state in value flags %#02x", r.flags)
	}
	return nil
}

// frames reads records, each where it begins. Both passes read through it and
// report a fault at the same offset: a wrong length where the length stands.
type frames struct {
	in interface {
		at(off int64, n int) ([]byte, error)
	}
	end      int64 // of what can hold records
	rising   bool  // a key must be above the one that was read before
	versions versions
}

// read reads the record at off up to the header of its value. The value lies
// before the end. The key is valid until the next call.
func (f *frames) read(off int64, r *record) error {
	r.offset, r.flags, r.expireAt = off, 0, 0
	if err := f.need(off, lengthBytes, "key length"); err != nil {
		return err
	}
	b, err := f.in.at(off, lengthBytes)
	if err != nil {
		return err
	}
	n := binary.LittleEndian.Uint64(b)
	if err := checkKeyLen(off, n); err != nil {
		return err
	}
	keyOff := off + lengthBytes
	if err := f.need(keyOff, int64(n)+lengthBytes, "key"); err != nil {
		return err
	}
	// The header of a value, which may be shorter, is read with the key.
	b, err = f.in.at(keyOff, int(min(int64(n)+lengthBytes+valueHeaderBytes, f.end-keyOff)))
	if err != nil {
		return err
	}
	if !f.versions.advance(b[:n]) && f.rising {
		return decoder.Errorf(decoder.ErrCorrupt, off, "record key is not greater than the previous one; no node writes such a file")
	}
	r.key = f.versions.prev
	valueLen, head := binary.LittleEndian.Uint64(b[n:]), b[n+lengthBytes:]
	r.valueOff = keyOff + int64(n) + lengthBytes
	if err := checkValueLen(r.valueOff-lengthBytes, valueLen); err != nil {
		return err
	}
	if err := f.need(r.valueOff, int64(valueLen), "value"); err != nil {
		return err
	}
	r.valueLen = int(valueLen)
	if r.family, r.raw = rawFamily(r.key); r.raw {
		return nil
	}
	return r.setHeader(head[:min(len(head), r.valueLen)])
}

func (f *frames) need(off, n int64, what string) error {
	if left := f.end - off; left < n {
		return decoder.Errorf(decoder.ErrCorrupt, off, "the file is cut here, or the length is wrong: %d bytes left of a %s of %d", left, what, n)
	}
	return nil
}

// Names of the raw rows, which have no timestamp suffix and no value header.
// They are recognised by their exact, complete key bytes.
const (
	rawLastCommitTS         = "_meta_last_commit_ts"
	rawMinRetainedTS        = "_meta_min_retained_ts"
	rawPendingMinRetainedTS = "_meta_pending_min_retained_ts"
	rawAppliedIndex         = "_meta_applied_index"

	// writer registry: prefix ‖ dekId(4, BE) ‖ '|' ‖ node(2, BE) = 27 bytes
	rawWriterPrefix = "!encryption|writers|"
	rawWriterBytes  = len(rawWriterPrefix) + 4 + 1 + 2

	// state of a migration between groups; the ready row is prefix ‖ job(8)
	rawMigrationAck     = "_migack"
	rawMigrationHLC     = "_mighlc"
	rawMigrationPromote = "_migpromote"
	rawReadyPrefix      = "!migstage|ready|"
	rawReadyBytes       = len(rawReadyPrefix) + 8
)

// rawFamily returns the family of a raw row. ok is false when key is not the
// name of one.
func rawFamily(key []byte) (f family, ok bool) {
	switch string(key) {
	case rawLastCommitTS, rawMinRetainedTS, rawPendingMinRetainedTS, rawAppliedIndex:
		return famRawMeta, true
	case rawMigrationAck, rawMigrationHLC, rawMigrationPromote:
		return famRawMigration, true
	}
	switch len(key) {
	case rawWriterBytes:
		return famRawWriter, bytes.HasPrefix(key, []byte(rawWriterPrefix)) && key[len(rawWriterPrefix)+4] == '|'
	case rawReadyBytes:
		return famRawMigration, bytes.HasPrefix(key, []byte(rawReadyPrefix))
	}
	return 0, false
}
