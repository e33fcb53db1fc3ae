package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/dump"
	"redrill/dump/tree"
	"redrill/keyspace"
	"redrill/restore"
	"redrill/verify"
)

// source is an opened snapshot, dump or dump directory.
type source struct {
	name     string        // as shown to people
	in       *input        // nil for a dump directory
	snapshot *fsm.Snapshot // of a snapshot
	tree     *tree.Reader  // of a dump directory
	about    keyspace.Source
	// needs is what the keys need of a server, when somebody has gathered it.
	needs *restore.Needs
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
	if isTree(path) {
		return openTree(path)
	}
	in, err := a.openInput(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &source{name: in.name, in: in}
	if err = in.seal(); err == nil {
		err = in.blame(s.open(flags))
	}
	if err != nil {
		_ = in.close() // Only read from; the first error is the one to tell.
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return s, nil
}

// open reads what tells that the input is a source: all of a snapshot, the first
// line of a dump.
func (s *source) open(flags sourceFlags) (err error) {
	if s.isDump() {
		return s.openDump()
	}
	s.snapshot, err = fsm.Open(s.in, s.in.size, fsm.Options{Strict: flags.strict, AllowNoFooter: flags.noFooter})
	if err != nil {
		return err
	}
	s.about = s.snapshot.Source()
	return s.in.unchanged()
}

func (s *source) close() error {
	if s.tree != nil {
		return s.tree.Close()
	}
	return s.in.close()
}

// isTree reports whether path is a dump directory: its manifest is what says
// that one is complete.
func isTree(path string) bool {
	_, err := os.Lstat(filepath.Join(path, "MANIFEST.json"))
	return err == nil
}

func openTree(path string) (*source, error) {
	r, err := tree.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &source{name: path, tree: r, about: r.Source()}, nil
}

// isDump reports whether the input is a JSON stream; no snapshot begins so.
func (s *source) isDump() bool {
	head := make([]byte, 1)
	_, err := s.in.file.ReadAt(head, 0)
	return err == nil && bytes.Equal(head, []byte("{"))
}

// openDumpFile opens a file that must be a dump.
func openDumpFile(ctx context.Context, path string) (*source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	in, err := fileInput(ctx, path, f)
	if err != nil {
		return nil, err
	}
	return dumpSource(in)
}

// dumpSource opens an input that must be a dump. It closes the input on error.
func dumpSource(in *input) (*source, error) {
	s := &source{name: in.name, in: in}
	if err := errors.Join(in.seal(), s.openDump()); err != nil {
		_ = in.close() // Only read from; the first error is the one to tell.
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return s, nil
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
		return boundSource{s.snapshot, s.in}, nil
	}
	if s.tree != nil {
		return namedSource{s.tree, s.name}, nil
	}
	r, err := dump.NewReader(s.in.reader())
	if err == nil && r.Source() != s.about {
		err = fmt.Errorf("it is a dump of another source than before: %w", decoder.ErrChanged)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, s.in.blame(err))
	}
	return boundSource{r, s.in}, nil
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

// dumpWriter is a form of dump that keys can be written to.
type dumpWriter interface {
	Key(keyspace.Key) error
	Note(keyspace.Note) error
	Count(keyspace.NoteKind, int64)
	Close() error
}

// writeDump writes the keys of src as a JSON Lines dump and lets see see every
// note.
func writeDump(w io.Writer, about keyspace.Source, src verify.Source, see func(keyspace.Note), progress func(int64)) (summary, error) {
	d, err := dump.NewWriter(w, about)
	if err != nil {
		return newSummary(), err
	}
	sum, err := writeKeys(d, src, see, progress)
	sum.digest = d.SHA256()
	return sum, err
}

// writeKeys writes everything of src to d and closes d.
func writeKeys(d dumpWriter, src verify.Source, see func(keyspace.Note), progress func(int64)) (summary, error) {
	sum := newSummary()
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
