package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"redrill/internal/atomicfile"
	"redrill/keyspace"
	sources "redrill/source"
)

// drillDump is where a drill keeps its dump: in an unnamed temporary file,
// which is gone however the process ends, or in the file that the user wants
// to keep.
type drillDump struct {
	spool *os.File         // nil once it is the input of a source, or when kept is used
	kept  *atomicfile.File // nil unless asked for
	path  string           // of kept
}

// newDrillDump creates the file, so that a wrong name, or no place for
// temporary files, is told before the work.
func newDrillDump(keep, from string) (*drillDump, error) {
	out := keep
	if out == "" {
		out = filepath.Join(os.TempDir(), "dump")
	}
	if err := roomForDump(out, from); err != nil {
		return nil, err
	}
	if keep != "" {
		f, err := atomicfile.Create(keep)
		if err != nil {
			return nil, usageError{err}
		}
		return &drillDump{kept: f, path: keep}, nil
	}
	f, err := sources.UnnamedFile("redrill-dump-*")
	if err != nil {
		return nil, fmt.Errorf("reserve space for the dump: %w", err)
	}
	return &drillDump{spool: f}, nil
}

// Write implements [io.Writer].
func (d *drillDump) Write(p []byte) (int, error) {
	if d.kept != nil {
		return d.kept.Write(p)
	}
	return d.spool.Write(p)
}

// source opens the dump that was written, which must be read as it was. It is
// called once.
func (d *drillDump) source(ctx context.Context, written summary) (*source, error) {
	s, err := d.open(ctx)
	if err == nil {
		s.opened.MustBe(written.digest)
	}
	return s, err
}

func (d *drillDump) open(ctx context.Context) (*source, error) {
	if d.kept != nil {
		if err := d.kept.Commit(); err != nil {
			return nil, err
		}
		return openDumpFile(ctx, d.path)
	}
	size, err := d.spool.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	spool := d.spool
	d.spool = nil
	return openDumpOf(ctx, "the dump of this drill", spool, size)
}

// close removes what was not finished.
func (d *drillDump) close() error {
	if d.kept != nil {
		return d.kept.Abort() // nothing, after a commit
	}
	if d.spool != nil {
		return d.spool.Close()
	}
	return nil
}

// decodeForDrill writes the dump of a source.
func (a *app) decodeForDrill(s *source, d *drillDump, see func(keyspace.Note)) (summary, error) {
	update, done := a.progressOf("decode", s)
	defer done()
	src, err := s.gatheredKeys()
	if err != nil {
		return summary{}, err
	}
	return writeDump(d, s.about, src, see, update)
}
