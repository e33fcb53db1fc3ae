package rdb

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"redrill/decoder"
	"redrill/decoder/internal/pages"
	"redrill/internal/figures"
	"redrill/keyspace"
)

// first is the first pass over a file: it reads every byte.
type first struct {
	snap *Snapshot
	in   *reader
	sha  hash.Hash
	crc  checksum

	mark []byte // behind the file, where it was copied from a replication stream
	end  int64  // behind the end mark
	keys int64
}

func newFirst(s *Snapshot, r io.ReaderAt, size int64) *first {
	f := &first{snap: s, sha: sha256.New()}
	p := pages.New(size)
	f.in = &reader{r: r, size: size, step: readStep, pages: p}
	f.in.seen = func(b []byte) {
		f.sha.Write(b)
		p.Add(b)
	}
	f.in.passed = func(b []byte) { f.crc = f.crc.update(b) }
	return f
}

// run reads the whole file.
func (f *first) run() (err error) {
	if err := f.framing(); err != nil {
		return err
	}
	f.in.tell()
	f.crc = 0 // it begins with the magic
	f.snap.info.From = f.in.pos()
	if f.snap.header, err = f.in.readHeader(); err != nil {
		return err
	}
	f.snap.begin = f.in.pos()
	w := &walk{in: f.in, header: f.snap.header, on: f}
	for {
		e, more, err := w.nextKey()
		if err != nil {
			return f.told(err)
		}
		if !more {
			break
		}
		if err := f.key(w, e); err != nil {
			return f.told(err)
		}
	}
	f.end = f.in.pos()
	if err := f.checkSum(); err != nil {
		return err
	}
	f.snap.info.To = f.in.pos()
	return f.rest()
}

// told says how far the file was readable.
func (f *first) told(err error) error {
	var e *decoder.Error
	if errors.As(err, &e) && !errors.Is(err, decoder.ErrChanged) {
		e.What += fmt.Sprintf(" (behind %s)", figures.Count(f.keys, "key"))
	}
	return err
}

// key passes a key.
func (f *first) key(w *walk, e entry) error {
	if err := w.skipValue(e); err != nil {
		return err
	}
	f.keys++
	f.snap.twice.add(e.db, e.name)
	f.snap.info.key(e, f.in.pos()-e.offset)
	f.snap.info.LastDB = max(f.snap.info.LastDB, e.db)
	f.snap.noteKey(e)
	return nil
}

// noteKey counts what is worth saying of a key besides its value.
func (s *Snapshot) noteKey(e entry) {
	if e.db > lastDefaultDB {
		s.counted[keyspace.NoteDatabase]++
	}
	// A server drops what lies before its clock.
	if ms, expires := e.expireAt.Ms(); expires && s.info.WrittenAt > 0 && ms < s.info.WrittenAt*1000 {
		s.counted[keyspace.NoteExpired]++
	}
}

// lastDefaultDB is the last database that a server has unless it is told otherwise.
const lastDefaultDB = 15

const sumBytes = 8

// checkSum compares the checksum behind the content, which is of everything from the
// magic on.
func (f *first) checkSum() error {
	f.in.tell()
	got := f.crc
	s := f.snap
	if !s.header.protected() {
		s.counted[keyspace.NoteUnprotected] = 1
		return nil
	}
	at := f.in.pos()
	if f.in.left() < sumBytes {
		return f.told(decoder.Errorf(decoder.ErrCorrupt, at, "truncated: the checksum of %d bytes is missing, %d bytes are left", sumBytes, f.in.left()))
	}
	want, err := f.in.u64()
	if err != nil {
		return err
	}
	s.info.Checksum = want
	switch {
	case want == 0:
		s.counted[keyspace.NoteUnprotected] = 1
	case want != uint64(got):
		return decoder.Errorf(decoder.ErrCorrupt, at, "checksum is %016x, the file says %016x", uint64(got), want)
	}
	return nil
}

// rest passes what stands behind the file.
func (f *first) rest() error {
	s, at := f.snap, f.in.pos()
	if n := int64(len(f.mark)); n > 0 {
		if f.in.left() < n {
			return decoder.Errorf(decoder.ErrCorrupt, at, "truncated: the mark of the replication stream is missing behind the file")
		}
		b, err := f.in.bytes(int(n))
		if err != nil {
			return err
		}
		if !bytes.Equal(b, f.mark) {
			return decoder.Errorf(decoder.ErrCorrupt, at, "the mark of the replication stream differs from the one before the file")
		}
	}
	left := f.in.left()
	if left == 0 {
		return nil
	}
	b, err := f.in.bytes(int(min(left, int64(len(magicValkey)))))
	if err != nil {
		return err
	}
	s.info.Second = bytes.HasPrefix(b, []byte(magicRedis)) || bytes.HasPrefix(b, []byte(magicValkey))
	if s.info.base && (b[0] == '*' || b[0] == '#') {
		return decoder.Errorf(decoder.ErrUnsupported, at,
			"an append-only file: %d bytes of commands follow the RDB part; `BGREWRITEAOF` on the server makes a base file without commands", left)
	}
	s.counted[keyspace.NoteTrailing] = left
	return f.in.skip(f.in.left())
}

// Framing of replication (SPEC-RDB 1.6).
const (
	eofMark      = "$EOF:"
	eofMarkBytes = 40
	maxDigits    = 20
)

// framing passes what a replication stream has in front of a file.
func (f *first) framing() error {
	at := f.in.pos()
	if f.in.left() == 0 {
		return decoder.Errorf(decoder.ErrCorrupt, at, "the file is empty")
	}
	peeked, err := f.in.bytes(int(min(f.in.left(), int64(len(eofMark)+eofMarkBytes+2))))
	if err != nil {
		return err
	}
	f.in.next = 0 // nothing was passed yet
	if peeked[0] != '$' {
		return nil
	}
	end := bytes.Index(peeked, []byte("\r\n"))
	switch line := peeked[:max(end, 0)]; {
	case end < 0:
	case bytes.HasPrefix(line, []byte(eofMark)) && len(line) == len(eofMark)+eofMarkBytes:
		f.mark = bytes.Clone(line[len(eofMark):])
		f.snap.info.Framing = "replication stream ($EOF:)"
	case len(line) > 1 && len(line) <= maxDigits && len(bytes.Trim(line[1:], "0123456789")) == 0:
		f.snap.info.Framing = "replication stream (" + string(line) + ")"
	default:
		end = -1
	}
	if end < 0 {
		return decoder.Errorf(decoder.ErrCorrupt, at, "neither REDIS nor VALKEY: not an RDB file")
	}
	return f.in.skip(int64(end) + 2)
}

// What stands between keys, heard once.

func (f *first) aux(name, value string) error {
	f.snap.info.aux(name, value)
	if name == "keydb-subexpire-key" { // the time of a member, which KeyDB alone knows
		f.snap.counted[keyspace.NoteModuleData]++
	}
	return nil
}

func (f *first) function(code string) error {
	s := f.snap
	if s.functionBytes += int64(len(code)); s.functionBytes > maxFunctionBytes {
		return decoder.Errorf(decoder.ErrLimit, f.in.pos(), "the function libraries take more than %d MiB", maxFunctionBytes>>20)
	}
	s.functions = append(s.functions, code)
	return nil
}

// maxFunctionBytes bounds the memory of all function libraries.
const maxFunctionBytes = 64 << 20

func (f *first) oldFunction(code string) error {
	f.snap.counted[keyspace.NoteFunction]++
	return f.function(code)
}

func (f *first) moduleData() error {
	f.snap.counted[keyspace.NoteModuleData]++
	return nil
}

func (f *first) hint(opcode byte) error {
	if opcode == opFrequency {
		f.snap.info.Frequencies++
	} else {
		f.snap.info.IdleTimes++
	}
	return nil
}

func (f *first) importing(ranges int64) error {
	f.snap.counted[keyspace.NoteImporting] += max(ranges, 1)
	return nil
}
