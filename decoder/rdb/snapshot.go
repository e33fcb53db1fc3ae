package rdb

import (
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"strconv"

	"redrill/keyspace"
)

// Options says how to decode. The zero value is safe.
type Options struct {
	Part   keyspace.PartLimit // of the keys delivered; zero means keyspace.DefaultPartLimit
	Strict bool               // end at the first unreadable key instead of noting it
}

// Snapshot is an opened RDB file. Its sequences may not be used concurrently.
type Snapshot struct {
	opts   Options
	start  *reader // of a file that was checked
	begin  int64   // offset behind the header
	header header
	info   Info

	functions     []string
	functionBytes int64
	twice         *twice
	counted       keyspace.Tally // of the first pass
	last          keyspace.Tally // of the last sequence
}

// Open reads the whole file once and checks everything that does not depend on the
// meaning of values: framing, lengths, checksum. It finds the keys that the file has
// twice. It keeps r. When r gives other bytes later than it does now, the sequence
// that meets them ends with [decoder.ErrChanged]. Errors from bytes are
// *decoder.Error values of one class.
func Open(r io.ReaderAt, size int64, opts Options) (*Snapshot, error) {
	opts.Part = opts.Part.OrDefault()
	s := &Snapshot{opts: opts, twice: newTwice(), counted: keyspace.Tally{}}
	f := newFirst(s, r, size)
	if err := f.run(); err != nil {
		return nil, err
	}
	f.in.pages.Finish()
	s.info.finish(s.header, size, hex.EncodeToString(f.sha.Sum(nil)), f.in.lzf)
	s.start = &reader{r: r, size: f.end, pages: f.in.pages}
	if err := s.findTwice(); err != nil {
		return nil, err
	}
	return s, nil
}

// Origin describes the file. Its facts are what it says of itself: rdb_family,
// rdb_version, and what its writer put into auxiliary fields, under the names that it
// gave them with underscores.
func (s *Snapshot) Origin() keyspace.Origin {
	facts := []keyspace.Fact{
		{Name: "rdb_family", Value: string(s.header.family)},
		{Name: "rdb_version", Value: strconv.Itoa(s.header.version)},
	}
	return keyspace.Origin{Format: "rdb", SHA256: s.info.SHA256, Bytes: s.info.Bytes, Facts: append(facts, s.info.Writer...)}
}

// Functions returns the code of the function libraries, in the order of the file.
func (s *Snapshot) Functions() []string { return s.functions }

// Info returns what the file says about itself.
func (s *Snapshot) Info() Info { return s.info }

// Counted returns the kinds of notes that are only counted. It is complete once a
// sequence of [Snapshot.Keys] has ended without an error.
func (s *Snapshot) Counted() keyspace.Tally {
	t := maps.Clone(s.counted)
	for kind, n := range s.last {
		t[kind] += n
	}
	return t
}

// Keys returns the keys of the file in its order, and gives note what is no key.
// note may be nil. The sequence is single use; Keys may be called again for a fresh
// one, which is the same.
//
// It ends with an error only if the file cannot be read, or with Options.Strict at
// the first key that cannot be decoded.
func (s *Snapshot) Keys(note func(keyspace.Note)) keyspace.Seq {
	used := false
	return func(yield func(keyspace.Key, error) bool) {
		if used {
			panic("rdb: second range over a single-use sequence")
		}
		used = true
		d := &run{snap: s, deliver: note, yield: yield, counted: keyspace.Tally{}}
		if note == nil {
			d.deliver = func(keyspace.Note) {}
		}
		d.walk = walk{in: s.start.at(s.begin, readStep), header: s.header, on: silent{}}
		if err := d.keys(); err == nil {
			s.last = d.counted
		} else if !errors.Is(err, errStopped) {
			yield(keyspace.Key{}, err)
		}
	}
}
