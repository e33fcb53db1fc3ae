package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync/atomic"
	"unicode/utf8"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/dump"
	"redrill/dump/tree"
	"redrill/keyspace"
)

// Options say how a source is read.
type Options struct {
	Strict   bool // stop at the first key that cannot be decoded
	NoFooter bool // accept a snapshot without its checksum, even one of no bytes

	// Seen is told how many bytes, of how many, are read while the source is
	// opened, and later unless [Opened.Watch] is called.
	Seen func(bytes, of int64)

	packed bool // in an archive: another one in it is not unpacked
}

// Opened is a source that is open. Its names and its facts do not change.
type Opened struct {
	Name     string // as shown to people
	About    keyspace.Origin
	Snapshot *fsm.Snapshot // of a snapshot
	Tree     *tree.Reader  // of a dump directory

	keys  func() (keyspace.Source, error)
	close []func() error
	in    *Input // nil for a tree

	stored *digest // of what came in, unless that is in
	first  *digest // of a dump, by the first reading of its keys
}

// Keys returns a fresh view of the keys, which may be read while others are. Its
// errors name the source. One that reads other bytes than an earlier one did ends
// with decoder.ErrChanged.
func (o *Opened) Keys() (keyspace.Source, error) {
	keys, err := o.keys()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	return keys, nil
}

// MustBe says that the source is a dump with this SHA-256, which was just written.
func (o *Opened) MustBe(sha256 string) { o.in.digest = sha256 }

// Uninterrupted lets the source be read although its context has ended, for what
// has to be cleaned up by it. Nobody may be reading it.
func (o *Opened) Uninterrupted() {
	if o.in != nil {
		o.in.ctx = context.WithoutCancel(o.in.ctx)
	}
}

// Close ends the use of the source and removes what was copied for it.
func (o *Opened) Close() error {
	var errs []error
	for _, f := range o.close {
		errs = append(errs, f())
	}
	o.close = nil
	return errors.Join(errs...)
}

// isSnapshot takes every file of the store, of which fsm says what it is, and the
// snapshot of an empty store, which is only a checksum.
func isSnapshot(h Head) (string, bool) {
	const magic, empty = "EKV", "\x00\x00\x00\x00"
	return "", bytes.HasPrefix(h.Bytes, []byte(magic)) || string(h.Bytes) == empty
}

// isOracle takes what is as long as the snapshot of a timestamp oracle, one number
// without a magic, and cannot be anything else: its checksum is right or, without
// one, it is no text.
func isOracle(h Head) (string, bool) {
	const number = 8
	switch b := h.Bytes; len(b) {
	case number:
		return "", !utf8.Valid(b) || bytes.ContainsAny(b, "\x00\x01\x02\x03\x04\x05\x06\x07")
	case number + crc32.Size:
		return "", binary.BigEndian.Uint32(b[number:]) == crc32.Checksum(b[:number], crc32.MakeTable(crc32.Castagnoli))
	}
	return "", false
}

func openSnapshot(in *Input, opts Options) (*Opened, error) {
	s, err := fsm.Open(in, in.size, fsm.Options{Strict: opts.Strict, AllowNoFooter: opts.NoFooter})
	if err != nil {
		return nil, err
	}
	return &Opened{
		About: s.Origin(), Snapshot: s,
		keys: func() (keyspace.Source, error) { return boundKeys{s, in}, nil },
	}, nil
}

// isDump takes what says in its first line that it is a dump, in whatever order
// and with whatever blanks JSON allows.
func isDump(h Head) (string, bool) {
	b := bytes.TrimLeft(h.Bytes, " \t\r\n")
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return "", bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte(`"redrill_dump"`))
}

func openDump(in *Input, _ Options) (*Opened, error) {
	first, err := dump.NewReader(in.Reader())
	if err != nil {
		return nil, err
	}
	o := &Opened{About: first.Origin()}
	o.keys = func() (keyspace.Source, error) {
		all := in.Reader()
		if o.first == nil {
			o.first = newDigest()
			all = o.first.of(all)
		}
		r, err := dump.NewReader(all)
		if err == nil && !r.Origin().Equal(first.Origin()) {
			err = fmt.Errorf("it is a dump of another source than before: %w", decoder.ErrChanged)
		}
		if err != nil {
			return nil, in.blame(err)
		}
		return boundKeys{r, in}, nil
	}
	return o, nil
}

// OpenDump opens an input that must be a JSON Lines dump, and closes it on error.
func OpenDump(in *Input) (*Opened, error) {
	return openAs(&Format{Open: openDump}, "", in, Head{}, Options{})
}

// OpenTree opens a dump directory.
func OpenTree(path string) (*Opened, error) {
	r, err := tree.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o := &Opened{Name: path, About: r.Origin(), Tree: r, close: []func() error{r.Close}}
	read := new(atomic.Bool)
	o.keys = func() (keyspace.Source, error) { return treeKeys{r, o.Name, read}, nil }
	return o, nil
}
