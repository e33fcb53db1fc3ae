package fsm

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"redrill/keyspace"
)

// streamMeta is a decoded meta row.
type streamMeta struct {
	length  int64
	lastID  keyspace.ID
	inline  inline
	trimmed keyspace.ID
	offset  int64
}

func readStreamMeta(c *scanner) (streamMeta, error) {
	m := streamMeta{offset: c.row.offset}
	b, err := c.sizedBody()
	if err != nil {
		return m, err
	}
	length := binary.BigEndian.Uint64(b)
	if length > math.MaxInt64 {
		return m, unreadablef(c.row.offset, "%s row has length %d", c.row.family, length)
	}
	m.length, m.lastID, m.inline = int64(length), readID(b[8:]), inlineOf(c.row.family, b)
	if len(b) == streamMetaTrimBytes {
		m.trimmed = readID(b[streamMetaExpiryBytes:])
	}
	return m, nil
}

// readID reads ms(8, BE) ‖ seq(8, BE).
func readID(b []byte) keyspace.ID {
	return keyspace.ID{Ms: binary.BigEndian.Uint64(b), Seq: binary.BigEndian.Uint64(b[8:])}
}

// streams delivers the streams that have a meta (docs/FORMAT.md, section 3.8):
//
//	entry : "!stream|entry|" ‖ kl(K) ‖ ms(8) ‖ seq(8)          body: magic(5) ‖ StreamEntry
//	meta  : "!stream|meta|" ‖ kl(K)
//	        Length(8) ‖ LastMs(8) ‖ LastSeq(8) ‖ [ExpireAt(8)] ‖ [TrimmedMs(8) ‖ TrimmedSeq(8)]
//	blob  : "!redis|stream|" ‖ K                               entries are discarded
//
// A stream exists if its meta does. Entries up to the trim cursor are remains
// of a lazy trim and not part of it; a cursor 0-0 means none.
func (d *run) streams() error {
	cursors, err := d.groups(famStreamEntry, famStreamMeta)
	if err != nil {
		return err
	}
	entries, metas := cursors[0], cursors[1]
	var group []byte
	for {
		if group = lowest(group, entries, metas); group == nil {
			return nil
		}
		if !metas.at(group) {
			n, err := entries.skip(group)
			if err != nil {
				return err
			}
			d.orphanEntries(n)
			continue
		}
		if err := d.stream(group, entries, metas); err != nil {
			return err
		}
		if _, err := entries.skip(group); err != nil {
			return err
		}
		if err := metas.next(); err != nil {
			return err
		}
	}
}

// orphanEntries counts entries without a stream. Streams have no fence.
func (d *run) orphanEntries(n int64) {
	if d.snap.oneOfGroups() {
		d.count(keyspace.NoteDetached, n)
		return
	}
	d.count(keyspace.NoteOrphanRows, n)
}

func (d *run) stream(group []byte, entries, metas *groupCursor) error {
	k := d.userKey(string(group[4:]))
	return d.unlessHidden(famStreamMeta, k, metas.scan.row.offset, func() error {
		m, err := readStreamMeta(metas.scan)
		if err != nil {
			return err
		}
		key, err := d.key(k, m.inline)
		if err != nil {
			return err
		}
		return d.streamEntries(entries, group, key, m)
	})
}

func (d *run) streamEntries(entries *groupCursor, group []byte, k keyspace.Key, m streamMeta) error {
	deleted := m.trimmed
	if deleted.Compare(m.lastID) > 0 {
		deleted = m.lastID
	}
	s := sink[keyspace.Entry]{d: d, key: k}
	s.value = func(held []keyspace.Entry) keyspace.Value {
		return keyspace.Stream{Entries: held, LastID: m.lastID, MaxDeletedID: deleted}
	}
	s.check = func() error { return checkGroup(entries, group, m.checkEntry) }
	var rows int64
	var largest keyspace.ID
	for entries.at(group) {
		id := readID(entries.tail)
		if m.trims(id) {
			d.count(keyspace.NoteLeftover, 1)
		} else {
			if err := d.streamEntry(&s, entries.scan, id); err != nil {
				return err
			}
			rows, largest = rows+1, id
		}
		if err := entries.next(); err != nil {
			return err
		}
	}
	d.streamNotes(k, m, rows, largest)
	return s.close()
}

func (m streamMeta) trims(id keyspace.ID) bool {
	return !m.trimmed.IsZero() && id.Compare(m.trimmed) <= 0
}

// checkEntry is run ahead of delivery. A row with a malformed tail is no entry
// of this stream and noted on its own.
func (m streamMeta) checkEntry(c *scanner, tail []byte) error {
	if len(tail) != streamTailBytes || m.trims(readID(tail)) {
		return nil
	}
	_, err := readEntryRow(c)
	return err
}

func readEntryRow(c *scanner) ([]string, error) {
	body, err := c.wholeBody()
	if err != nil {
		return nil, err
	}
	message, err := trimMagic(c, body, streamEntryMagic)
	if err != nil {
		return nil, err
	}
	flat, err := readStreamEntry(message)
	if err != nil {
		return nil, badBlob(c, err)
	}
	return flat, nil
}

// streamEntry adds the entry that c stands at. An odd number of strings cannot
// be a list of pairs: the entry is left out, and noted with its strings.
func (d *run) streamEntry(s *sink[keyspace.Entry], c *scanner, id keyspace.ID) error {
	flat, err := readEntryRow(c)
	if err != nil {
		return err
	}
	text := id.String()
	note := noteOf(keyspace.NoteUnrepresentable, famStreamEntry, s.key.Name, c.row.offset, "")
	note.Element = &text
	if len(flat)%2 != 0 {
		note.Detail = oddDetail(flat)
		d.hold(note)
		return s.boundNotes()
	}
	e := keyspace.Entry{ID: id, Pairs: make([]keyspace.Pair, len(flat)/2)}
	size := streamTailBytes
	for i := range e.Pairs {
		e.Pairs[i] = keyspace.Pair{Field: flat[2*i], Value: flat[2*i+1]}
		size += len(flat[2*i]) + len(flat[2*i+1])
	}
	if err := s.add(e, size); err != nil {
		return err
	}
	switch {
	case id.IsZero():
		note.Detail = "the entry has the ID 0-0"
		d.hold(note)
	case len(flat) == 0:
		note.Detail = "the entry has no fields"
		d.hold(note)
	}
	return nil
}

// maxDetailBytes bounds how many bytes of an entry stand in a note.
const maxDetailBytes = 64 << 10

// oddDetail tells the strings of an entry that cannot be a list of pairs, as
// far as they fit into a note.
func oddDetail(flat []string) string {
	b := []byte("the entry has an odd number of strings: [")
	for i, s := range flat {
		if i > 0 {
			b = append(b, ' ')
		}
		room := maxDetailBytes - len(b)
		b = strconv.AppendQuote(b, s[:max(0, min(len(s), room))])
		if len(s) >= room {
			return string(fmt.Appendf(b, "… and more: %d strings in all]", len(flat)))
		}
	}
	return string(append(b, ']'))
}

// streamNotes holds the notes that need the whole stream.
func (d *run) streamNotes(k keyspace.Key, m streamMeta, rows int64, largest keyspace.ID) {
	n := counter{stored: true, sum: m.length, firstOff: m.offset}
	n.compare(d, famStreamMeta, k.Name, rows)
	if m.lastID.Compare(largest) < 0 {
		d.hold(noteOf(keyspace.NoteLastID, famStreamMeta, k.Name, m.offset,
			fmt.Sprintf("last ID %v is behind entry %v", m.lastID, largest)))
	}
}

// streamBlobs delivers streams that are stored as one blob. Their own server
// discards the entries, and there is no last ID: an empty stream at 0-0.
func (d *run) streamBlobs() error { return d.eachRow(famStreamBlob, d.streamBlob) }

func (d *run) streamBlob(c *scanner, k userKey) error {
	key, err := d.key(k, inline{})
	if err != nil {
		return err
	}
	body, err := blobBody(c, streamBlobMagic)
	if err != nil {
		return err
	}
	n, err := countStreamBlob(body)
	if err != nil {
		return badBlob(c, err)
	}
	d.hold(noteOf(keyspace.NoteStreamBlob, famStreamBlob, k.name, c.row.offset,
		fmt.Sprintf("%d entries discarded, as the server does", n)))
	key.Value = keyspace.Stream{}
	return d.emit(key)
}
