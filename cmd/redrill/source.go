package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"redrill/decoder"
	"redrill/dump"
	"redrill/internal/shift"
	"redrill/keyspace"
	"redrill/restore"
	sources "redrill/source"
)

// source is an opened snapshot, dump or dump directory.
type source struct {
	name   string // as shown to people
	about  keyspace.Origin
	opened *sources.Opened
	// needs is what the keys need of a server, when somebody has gathered it.
	needs *restore.Needs
	// survey finds out by how much expire times are moved, when somebody asks for
	// that, and shift then moves those of every key.
	survey *shift.Survey
	shift  shift.Shift
}

// openSource opens a snapshot or a dump, whichever the bytes are.
func (a *app) openSource(ctx context.Context, path string, opts sources.Options) (*source, error) {
	a.record.path = path
	m := a.begin("check", "key", -1)
	defer a.end(m)
	opts.Seen = m.seen
	s, err := newSource(sources.Open(ctx, path, a.stdin, opts))
	if err == nil {
		a.record.source = s
		if s.opened.Warning != "" {
			a.say("warning: %s", s.opened.Warning)
		}
	}
	return s, err
}

func newSource(o *sources.Opened, err error) (*source, error) {
	if errors.Is(err, sources.ErrUsage) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	return &source{name: o.Name, about: o.About, opened: o}, nil
}

func (s *source) close() error { return s.opened.Close() }

// openDumpFile opens the dump that was just written to a file.
func openDumpFile(ctx context.Context, path string) (*source, error) {
	s, err := newSource(sources.Open(ctx, path, nil, sources.Options{}))
	if err == nil && !s.opened.IsDump() {
		err = errors.Join(fmt.Errorf("%s: the file is no longer a dump: %w", path, decoder.ErrChanged), s.close())
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openDumpOf opens size bytes of a file that must be a dump. The file is closed
// with the source, or on error.
func openDumpOf(ctx context.Context, name string, file *os.File, size int64) (*source, error) {
	return newSource(sources.OpenDump(sources.NewInput(ctx, name, file, size)))
}

// unknown returns the unknown families of rows. A dump only counts them.
func (s *source) unknown() []sources.UnknownRows { return s.opened.Describe().Unknown }

// keys returns a fresh view of the keys. Its errors name the input.
func (s *source) keys() (keyspace.Source, error) {
	src, err := s.opened.Keys()
	if err != nil {
		return nil, err
	}
	return s.shift.Source(src), nil
}

// dumpWriter is a form of dump that keys can be written to.
type dumpWriter interface {
	Key(keyspace.Key) error
	Note(keyspace.Note) error
	Count(keyspace.NoteKind, int64)
	Close() error
}

// writeDump writes the keys of src as a JSON Lines dump and calls see for every
// note.
func writeDump(w io.Writer, about keyspace.Origin, src keyspace.Source, see func(keyspace.Note), progress func(int64)) (summary, error) {
	d, err := dump.NewWriter(w, about)
	if err != nil {
		return newSummary(), err
	}
	for _, code := range src.Functions() {
		if err := d.Function(code); err != nil {
			return newSummary(), err
		}
	}
	sum, err := writeKeys(d, src, see, progress)
	sum.digest = d.SHA256()
	return sum, err
}

// writeKeys writes everything of src to d and closes d.
func writeKeys(d dumpWriter, src keyspace.Source, see func(keyspace.Note), progress func(int64)) (summary, error) {
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
