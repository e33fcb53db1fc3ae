package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"redrill/decoder/fsm"
	"redrill/dump"
	"redrill/keyspace"
	"redrill/verify"
)

// source is an opened snapshot or dump.
type source struct {
	in       *input
	snapshot *fsm.Snapshot // nil for a dump
	about    keyspace.Source
}

// sourceFlags are the flags of commands that read a snapshot.
type sourceFlags struct {
	strict   bool
	noFooter bool
}

func (f *sourceFlags) register(c flagSet) {
	c.BoolVar(&f.strict, "strict", false, "stop at the first key that cannot be decoded, with status 3")
	c.BoolVar(&f.noFooter, "no-footer", false, "accept a snapshot without the checksum that a node always writes")
}

// openSource opens a snapshot or a dump, whichever the bytes are. A new
// snapshot format is one more case here.
func (a *app) openSource(ctx context.Context, path string, flags sourceFlags) (*source, error) {
	in, err := a.openInput(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &source{in: in}
	if s.isDump() {
		err = s.openDump()
	} else {
		s.snapshot, err = fsm.Open(in, in.size, fsm.Options{Strict: flags.strict, AllowNoFooter: flags.noFooter})
		if err == nil {
			s.about = s.snapshot.Source()
		}
	}
	if err != nil {
		_ = in.close() // Only read from; the first error is the one to tell.
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return s, nil
}

func (s *source) close() error { return s.in.close() }

// isDump reports whether the input is a JSON stream; no snapshot begins so.
func (s *source) isDump() bool {
	head := make([]byte, 1)
	_, err := s.in.file.ReadAt(head, 0)
	return err == nil && bytes.Equal(head, []byte("{"))
}

func (s *source) openDump() error {
	r, err := dump.NewReader(s.in.reader())
	if err != nil {
		return err
	}
	s.about = r.Source()
	return nil
}

// keys returns a fresh view of the keys. Its errors name the input.
func (s *source) keys() (verify.Source, error) {
	if s.snapshot != nil {
		return namedSource{s.snapshot, s.in.name}, nil
	}
	r, err := dump.NewReader(s.in.reader())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.in.name, err)
	}
	return namedSource{r, s.in.name}, nil
}

type namedSource struct {
	verify.Source
	name string
}

func (s namedSource) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for k, err := range s.Source.Keys(note) {
			if err != nil {
				err = fmt.Errorf("%s: %w", s.name, err)
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

// writeDump decodes the keys of src into a dump and lets see see every note.
func writeDump(w io.Writer, about keyspace.Source, src verify.Source, see func(keyspace.Note), progress func(int64)) (summary, error) {
	sum := newSummary()
	d, err := dump.NewWriter(w, about)
	if err != nil {
		return sum, err
	}
	var noteErr error
	note := func(n keyspace.Note) {
		sum.Notes[n.Kind]++
		see(n)
		if err := d.Note(n); err != nil && noteErr == nil {
			noteErr = err
		}
	}
	for k, err := range src.Keys(note) {
		if err != nil {
			return sum, err
		}
		if err := d.Key(k); err != nil {
			return sum, err
		}
		sum.add(k)
		if !k.More && sum.Keys%progressEvery == 0 {
			progress(sum.Keys)
		}
	}
	for kind, n := range src.Counted() {
		sum.Notes[kind] += n
		d.Count(kind, n)
	}
	if noteErr != nil {
		return sum, noteErr
	}
	return sum, d.Close()
}
