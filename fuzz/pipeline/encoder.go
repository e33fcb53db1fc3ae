package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"redrill/dump"
	"redrill/dump/tree"
	"redrill/fuzz/layout"
	"redrill/internal/atomicfile"
	"redrill/keyspace"
)

// Encoder is a command that reads {dump} and writes {snapshot}. What it writes is
// decoded and compared with what stood in the dump.
type Encoder struct {
	Command Command
	Format  Format
	Timeout time.Duration // of a run; 0 is [DefaultTimeout]
	Work    Work
}

// Judge implements [Pipeline]. A case without keys is not applicable.
func (e *Encoder) Judge(ctx context.Context, c Case) (r Result, err error) {
	keys := c.expected(e.Format)
	if c.mustRefuse() || len(keys) == 0 {
		return c.result(NotApplicable, "there is nothing to encode"), nil
	}
	dir, err := e.Work.begin(c)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, e.Work.end(dir, r)) }()
	in, snapshot := filepath.Join(dir, dumpName(e.Format)), filepath.Join(dir, c.Layout.FileName())
	if err := writeDump(in, e.Format, c); err != nil {
		return r, err
	}
	exit, err := e.Command.Run(ctx, e.Timeout, Dump, in, Snapshot, snapshot)
	if err != nil {
		return r, err
	}
	r = e.verdict(c, keys, exit, snapshot)
	r.Must = c.dutyOfKeys(e.Format)
	return r, nil
}

func (e *Encoder) verdict(c Case, want []keyspace.Key, exit Exit, snapshot string) Result {
	if r, ended := c.badEnd(exit); ended {
		return r
	}
	switch {
	case exit.Status != 0 && slices.ContainsFunc(want, unrepresentable):
		return c.ended(exit, Pass, "refused, because no Redis can hold all of it")
	case exit.Status != 0:
		return c.ended(exit, Refused, fmt.Sprintf("%v for a legal dump", exit))
	}
	got, err := readSnapshot(snapshot, c.Layout)
	if err != nil {
		return c.ended(exit, Broken, fmt.Sprintf("%v, but: %v", exit, err))
	}
	want, held := settled(want), settled(got.keys)
	return c.compared(exit, want, held, compareKeys(want, held))
}

// settled returns keys with last IDs that are not behind: an encoder may write
// what a restore makes of the others.
func settled(keys []keyspace.Key) []keyspace.Key {
	keys = slices.Clone(keys)
	for i, k := range keys {
		if v, ok := k.Value.(keyspace.Stream); ok && len(v.Entries) > 0 {
			v.LastID = keyspace.MaxID(v.LastID, v.Entries[len(v.Entries)-1].ID)
			keys[i].Value = v
		}
	}
	return keys
}

// readSnapshot decodes a snapshot, which may be a bare payload.
func readSnapshot(path string, l layout.Layout) (f found, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return f, errors.New("there is no snapshot")
	case err != nil:
		return f, err
	case !info.Mode().IsRegular():
		return f, errors.New("the snapshot is not a regular file")
	case info.Size() > maxDumpBytes:
		return f, fmt.Errorf("the snapshot has more than %d bytes", maxDumpBytes)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return f, err
	}
	s, err := l.Open(file, layout.Options{Strict: true})
	if err != nil {
		return f, err
	}
	return collect(s)
}

// dumpWriter is what dumps are written by.
type dumpWriter interface{ Key(keyspace.Key) error }

// writeDump writes the keys of a case as a dump of the form.
func writeDump(path string, form Format, c Case) error {
	keys := c.expected(form)
	switch form {
	case FormatJSONL:
		return writeLines(path, keys, c.Layout.Facts())
	case FormatTree:
		w, err := tree.Create(path, tree.Options{SnapshotPath: c.Name, WallTime: time.UnixMilli(0)})
		if err != nil {
			return err
		}
		if err := writeKeys(w, keys); err != nil {
			return errors.Join(err, w.Abort())
		}
		return w.Close()
	}
	return fmt.Errorf("unknown format %q", form)
}

func writeLines(path string, keys []keyspace.Key, facts []keyspace.Fact) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	w, err := dump.NewWriter(f, keyspace.Origin{Format: "redrill-vector", Facts: facts})
	if err == nil {
		err = writeKeys(w, keys)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return errors.Join(err, f.Abort())
	}
	return f.Commit()
}

func writeKeys(w dumpWriter, keys []keyspace.Key) error {
	for _, k := range keys {
		if err := w.Key(k); err != nil {
			return err
		}
	}
	return nil
}
