package fsm

import (
	"bytes"
	"encoding/binary"
	"slices"

	"redrill/decoder"
	"redrill/decoder/internal/pages"
)

// indexer is the first pass: it reads every byte of the file once, in order.
type indexer struct {
	in   *feed
	opts Options
	snap *Snapshot

	frames  frames
	lastKey []byte // user key of the last filter entry, with its family
	lastFam family
	last    bool

	minTS, maxTS uint64
	encrypted    int64
	firstEnc     int64
	expiring     families // of rows that count unless their own expiry hides them
}

// begin makes certain that what the container was read from is what is read now.
func (x *indexer) begin(head []byte) error {
	b, err := x.in.at(0, len(head))
	if err == nil && !bytes.Equal(b, head) {
		err = pages.Changed(0, "the header is not the one that was read first")
	}
	return err
}

// run reads the records and the footer.
func (x *indexer) run(start int64) error {
	x.frames = frames{in: x.in, end: x.in.size, rising: true}
	end := start
	for left := x.in.size - end; left != 0 && left != footerBytes; left = x.in.size - end {
		var r record
		x.snap.info.records++
		if err := x.frames.read(end, &r); err != nil {
			return err
		}
		if err := x.record(&r); err != nil {
			return err
		}
		end = r.end()
	}
	if err := x.in.skipTo(end); err != nil {
		return err
	}
	x.snap.payloadEnd = end
	x.snap.minTS, x.snap.maxTS = x.minTS, x.maxTS
	if err := x.footer(); err != nil {
		return err
	}
	x.in.pages.Finish()
	if x.encrypted > 0 {
		return decoder.Errorf(decoder.ErrUnsupported, x.firstEnc,
			"%d encrypted rows; they cannot be read without the cluster's keyring, take the snapshot from an unencrypted cluster", x.encrypted)
	}
	return x.countExpiring()
}

// footer checks what follows the records: a footer, or nothing.
func (x *indexer) footer() error {
	info, end := &x.snap.info, x.snap.payloadEnd
	if x.in.size-end == footerBytes {
		b, err := x.in.at(end, footerBytes)
		if err != nil {
			return err
		}
		info.Checksum = x.in.crc
		if stored := binary.BigEndian.Uint32(b); stored != x.in.crc {
			return decoder.Errorf(decoder.ErrCorrupt, end,
				"the file ends in %08x, the CRC-32C of the bytes before is %08x: a byte has changed, or the file is cut", stored, x.in.crc)
		}
		info.Footer = true
		return nil
	}
	if x.opts.AllowNoFooter {
		return nil
	}
	if info.Wrapper.Version != 0 {
		return decoder.Errorf(decoder.ErrCorrupt, end,
			"a wrapper but no footer: a node always writes one, so the file was cut between two records")
	}
	if x.in.size == 0 {
		return decoder.Errorf(decoder.ErrCorrupt, 0, "the file is empty; a node never writes an empty file")
	}
	return nil
}

// record counts a record into exactly one class.
func (x *indexer) record(r *record) error {
	if r.raw {
		return x.raw(r)
	}
	r.classify()
	f := r.family
	key := r.storageKey()
	holds := familiesOf(f)
	if ambiguous(key) {
		holds = familiesOf(famListMeta, famListDelta)
	}
	x.snap.blocks.add(r.offset, x.frames.versions.separator(), holds)
	count := &x.snap.info.classes[f]
	x.timestamps(r)
	switch {
	case r.encrypted():
		if x.encrypted++; x.encrypted == 1 {
			x.firstEnc = r.offset
		}
		count.Live++
	case !x.frames.versions.newest():
		count.Superseded++
	case r.tombstone():
		count.Tombstones++
	case r.expireAt != 0:
		count.Expiring++
		if f == famUnknown || f == famTxnLock || f == famStaged || x.newer(r) {
			x.expiring |= familiesOf(f)
		}
		x.visible(r)
	default:
		count.Live++
		x.count(r)
		x.visible(r)
	}
	return nil
}

// raw counts an operational row and keeps what it says about the file.
func (x *indexer) raw(r *record) error {
	if sizes := r.family.info().sizes; sizes != nil && !slices.Contains(sizes, r.valueLen) {
		return decoder.Errorf(decoder.ErrCorrupt, r.valueOff, "operational row %q has a value of %d bytes, not %d", r.key, r.valueLen, sizes[0])
	}
	if r.family == famRawMeta {
		b, err := x.in.at(r.valueOff, r.valueLen)
		if err != nil {
			return err
		}
		switch string(r.key) {
		case rawAppliedIndex:
			x.snap.info.AppliedIndex = binary.LittleEndian.Uint64(b)
		case rawMinRetainedTS:
			x.snap.info.MinRetainedTS = binary.LittleEndian.Uint64(b)
		}
	}
	x.snap.blocks.add(r.offset, x.frames.versions.separator(), familiesOf(r.family))
	x.snap.info.classes[r.family].Live++
	return nil
}

// timestamps keeps the range of commit timestamps, which bounds lookups, and
// the read timestamp that hides expired versions.
func (x *indexer) timestamps(r *record) {
	ts := r.commitTS()
	x.minTS, x.maxTS = min(x.minTS, ts), max(x.maxTS, ts)
	if r.family != famS3ChunkBlob {
		x.snap.readTS = max(x.snap.readTS, ts)
	}
}

// newer reports whether a row is newer than the header says.
func (x *indexer) newer(r *record) bool {
	return r.family != famS3ChunkBlob && r.commitTS() > x.snap.info.LastCommitTS
}

// count counts what a visible row says beside keys.
func (x *indexer) count(r *record) {
	if x.newer(r) {
		x.snap.newer++
	}
	// What only few families have counted.
	//exhaustive:ignore
	switch r.family {
	case famUnknown:
		x.snap.unknown.add(r.storageKey())
	case famTxnLock:
		x.unresolved(r.storageKey()[len(famTxnLock.prefix()):])
	case famStaged:
		x.unresolved(stagedKey(r.storageKey()))
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
			x.count(&c.row)
		}
	}
	return c.err
}

// visible puts what a row says about a user key into the filter. The row may
// turn out to have expired: a filter may say too much.
func (x *indexer) visible(r *record) {
	f := r.family
	userKey, in := said(f, r.storageKey(), r.bodyLen())
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
