package fsm

import (
	"bytes"
	"encoding/binary"
	"slices"

	"redrill/decoder"
)

// indexer is the first pass: it reads every byte of the file once, in order.
type indexer struct {
	in   *feed
	opts Options
	snap *Snapshot

	versions versions
	lastKey  []byte // user key of the last filter entry, with its family
	lastFam  family
	last     bool

	minTS, maxTS uint64
	encrypted    int64
	firstEnc     int64
	expiring     families // of rows that count unless their own expiry hides them
}

// begin makes certain that what the container was read from is what is read now.
func (x *indexer) begin(head []byte) error {
	b, err := x.in.peek(len(head))
	if err == nil && !bytes.Equal(b, head) {
		err = changed(0, "the header is not the one that was read first")
	}
	return err
}

// run reads the records and the footer.
func (x *indexer) run(start int64) error {
	if err := x.in.skip(start); err != nil {
		return err
	}
	for x.in.left() != 0 && x.in.left() != footerBytes {
		if err := x.record(); err != nil {
			return err
		}
	}
	x.snap.payloadEnd = x.in.offset()
	x.snap.minTS, x.snap.maxTS = x.minTS, x.maxTS
	if err := x.footer(); err != nil {
		return err
	}
	x.in.pages.finish()
	if x.encrypted > 0 {
		return decoder.Errorf(decoder.ErrUnsupported, x.firstEnc,
			"%d encrypted rows; they cannot be read without the cluster's keyring, take the snapshot from an unencrypted cluster", x.encrypted)
	}
	return x.countExpiring()
}

func (x *indexer) footer() error {
	info := &x.snap.info
	if x.in.left() == footerBytes {
		b, err := x.in.peek(footerBytes)
		if err != nil {
			return err
		}
		info.Checksum = x.in.crc
		if stored := binary.BigEndian.Uint32(b); stored != x.in.crc {
			return decoder.Errorf(decoder.ErrCorrupt, x.in.offset(),
				"the file ends in %08x, the CRC-32C of the bytes before is %08x: damaged, or cut within a record", stored, x.in.crc)
		}
		info.Footer = true
		return x.in.skip(footerBytes)
	}
	if x.opts.AllowNoFooter {
		return nil
	}
	if info.Wrapper.Version != 0 {
		return decoder.Errorf(decoder.ErrCorrupt, x.in.offset(),
			"a wrapper but no footer: a node always writes one, so the file was cut between two records")
	}
	if x.in.size == 0 {
		return decoder.Errorf(decoder.ErrCorrupt, 0, "the file is empty; not even an empty store is written so")
	}
	return nil
}

// record reads one record and counts it into exactly one class.
func (x *indexer) record() error {
	r := record{offset: x.in.offset()}
	x.snap.info.records++
	n, err := x.length("key length")
	if err != nil {
		return err
	}
	if err := checkKeyLen(r.offset, n); err != nil {
		return err
	}
	if err := x.need(int64(n)+lengthBytes, "key"); err != nil {
		return err
	}
	b, err := x.in.peek(int(n) + lengthBytes)
	if err != nil {
		return err
	}
	if !x.versions.advance(b[:n]) {
		return decoder.Errorf(decoder.ErrCorrupt, r.offset, "record key is not above the one before; no node writes such a file")
	}
	r.key = x.versions.prev
	valueLen := binary.LittleEndian.Uint64(b[n:])
	if err := x.in.skip(int64(n) + lengthBytes); err != nil {
		return err
	}
	r.valueOff = x.in.offset()
	if err := checkValueLen(r.valueOff-lengthBytes, valueLen); err != nil {
		return err
	}
	if err := x.need(int64(valueLen), "value"); err != nil {
		return err
	}
	r.valueLen = int(valueLen)
	if err := x.value(&r); err != nil {
		return err
	}
	return x.in.skip(int64(r.valueLen))
}

func (x *indexer) length(what string) (uint64, error) {
	if err := x.need(lengthBytes, what); err != nil {
		return 0, err
	}
	b, err := x.in.peek(lengthBytes)
	if err != nil {
		return 0, err
	}
	n := binary.LittleEndian.Uint64(b)
	return n, x.in.skip(lengthBytes)
}

func (x *indexer) need(n int64, what string) error {
	if left := x.in.left(); left < n {
		return decoder.Errorf(decoder.ErrCorrupt, x.in.offset(), "truncated: %d bytes left of a %s of %d", left, what, n)
	}
	return nil
}

// value looks at the first bytes of the value and counts the record.
func (x *indexer) value(r *record) error {
	if f, raw := rawFamily(r.key); raw {
		return x.raw(r, f)
	}
	head, err := x.in.peek(min(r.valueLen, valueHeaderBytes))
	if err != nil {
		return err
	}
	if err := r.setHeader(head); err != nil {
		return err
	}
	key := r.storageKey()
	f := classify(key, r.bodyLen())
	holds := familiesOf(f)
	if ambiguous(key) {
		holds = familiesOf(famListMeta, famListDelta)
	}
	x.snap.blocks.add(r.offset, x.versions.separator(), holds)
	count := &x.snap.info.classes[f]
	x.timestamps(r, f)
	switch {
	case r.encrypted():
		if x.encrypted++; x.encrypted == 1 {
			x.firstEnc = r.offset
		}
		count.Live++
	case !x.versions.newest():
		count.Superseded++
	case r.tombstone():
		count.Tombstones++
	case r.expireAt != 0:
		count.Expiring++
		if f == famUnknown || f == famTxnLock || f == famStaged || x.newer(r, f) {
			x.expiring |= familiesOf(f)
		}
		x.visible(f, key, r.bodyLen())
	default:
		count.Live++
		x.count(r, f, key)
		x.visible(f, key, r.bodyLen())
	}
	return nil
}

func (x *indexer) raw(r *record, f family) error {
	if sizes := f.info().sizes; sizes != nil && !slices.Contains(sizes, r.valueLen) {
		return decoder.Errorf(decoder.ErrCorrupt, r.valueOff, "operational row %q has a value of %d bytes, not %d", r.key, r.valueLen, sizes[0])
	}
	if f == famRawMeta {
		if err := x.rawMeta(r); err != nil {
			return err
		}
	}
	x.snap.blocks.add(r.offset, x.versions.separator(), familiesOf(f))
	x.snap.info.classes[f].Live++
	return nil
}

// rawMeta keeps what the operational rows say about the file.
func (x *indexer) rawMeta(r *record) error {
	b, err := x.in.peek(r.valueLen)
	if err != nil {
		return err
	}
	switch string(r.key) {
	case rawAppliedIndex:
		x.snap.info.AppliedIndex = binary.LittleEndian.Uint64(b)
	case rawMinRetainedTS:
		x.snap.info.MinRetainedTS = binary.LittleEndian.Uint64(b)
	}
	return nil
}

// timestamps keeps the range of commit timestamps, which bounds lookups, and
// the read timestamp that hides expired versions.
func (x *indexer) timestamps(r *record, f family) {
	ts := r.commitTS()
	x.minTS, x.maxTS = min(x.minTS, ts), max(x.maxTS, ts)
	if f != famS3ChunkBlob {
		x.snap.readTS = max(x.snap.readTS, ts)
	}
}

// newer reports whether a row is newer than the header says.
func (x *indexer) newer(r *record, f family) bool {
	return f != famS3ChunkBlob && r.commitTS() > x.snap.info.LastCommitTS
}

// count counts what a visible row says beside keys.
func (x *indexer) count(r *record, f family, key []byte) {
	if x.newer(r, f) {
		x.snap.newer++
	}
	// What only few families have counted.
	//exhaustive:ignore
	switch f {
	case famUnknown:
		x.snap.unknown.add(key)
	case famTxnLock:
		x.unresolved(key[len(famTxnLock.prefix()):])
	case famStaged:
		x.unresolved(stagedKey(key))
	}
}

// unresolved counts a write that waits for a decision which is not in this
// file, if it is one of a Redis row.
func (x *indexer) unresolved(key []byte) {
	if ofRedis(key) {
		x.snap.unresolved++
	}
}

// countExpiring counts the rows with an expiry of their own. Whether they are
// visible is known only at the end of the file, with the read timestamp.
func (x *indexer) countExpiring() error {
	if x.expiring == 0 {
		return nil
	}
	c := x.snap.scan(x.expiring, nil, nil, scanAhead)
	for c.next() {
		if c.row.expireAt != 0 {
			x.count(&c.row.record, c.row.family, c.key())
		}
	}
	return c.err
}

// visible puts what a row says about a user key into the filter. The row may
// turn out to have expired: a filter may say too much.
func (x *indexer) visible(f family, key []byte, bodyLen int) {
	userKey, in := said(f, key, bodyLen)
	if in == 0 || (x.last && x.lastFam == f && bytes.Equal(x.lastKey, userKey)) {
		return
	}
	x.last, x.lastFam, x.lastKey = true, f, append(x.lastKey[:0], userKey...)
	for s := slotNone + 1; s < slotCount; s++ {
		if in.has(s) {
			x.snap.filter.add(userKey, s)
		}
	}
}
