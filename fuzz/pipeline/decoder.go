package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"redrill/keyspace"
)

// Decoder is a command that reads {snapshot} and writes {dump}.
type Decoder struct {
	Command Command
	Format  Format
	Timeout time.Duration // of a run; 0 is [DefaultTimeout]
	Work    Work
	// Incomplete is an exit status other than 0 that says: the dump is there,
	// without the keys that could not be decoded, or without what is counted as
	// being in none. 0 is none.
	Incomplete int
	// Notes says that notes and counts are compared too.
	Notes bool
	// Container is the form of the snapshots, see [Cases].
	Container Container
}

// Judge implements [Pipeline].
func (d *Decoder) Judge(ctx context.Context, c Case) (r Result, err error) {
	dir, err := d.Work.begin(c)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Work.end(dir, r)) }()
	snapshot, out := filepath.Join(dir, c.Layout.FileName()), filepath.Join(dir, dumpName(d.Format))
	if err := os.WriteFile(snapshot, c.Snapshot, 0o600); err != nil {
		return r, err
	}
	exit, err := d.Command.Run(ctx, d.Timeout, Snapshot, snapshot, Dump, out)
	if err != nil {
		return r, err
	}
	r = d.verdict(c, exit, out)
	r.Must = c.duty(d.Format)
	return r, nil
}

func dumpName(form Format) string {
	switch form {
	case FormatJSONL:
		return "dump.jsonl"
	case FormatTree:
		return "dump"
	}
	return "dump"
}

func (d *Decoder) verdict(c Case, exit Exit, out string) Result {
	if r, ended := c.badEnd(exit); ended {
		return r
	}
	incomplete := exit.Status != 0 && exit.Status == d.Incomplete
	switch {
	case exit.Status != 0 && c.mustRefuse():
		return c.ended(exit, Pass, "refused")
	case c.mustRefuse():
		return c.ended(exit, Accepted, "the snapshot must be refused: "+c.Want.Error)
	case exit.Status != 0 && !incomplete && c.mayRefuse(d.Format):
		return c.ended(exit, Pass, "refused, because not everything can be decoded")
	case exit.Status != 0 && !c.mayRefuse(d.Format) && (!incomplete || !c.mayBeIncomplete()):
		return c.ended(exit, Refused, fmt.Sprintf("%v for a legal snapshot", exit))
	}
	got, err := readDump(out, d.Format)
	if err != nil {
		return c.ended(exit, Broken, fmt.Sprintf("%v, but: %v", exit, err))
	}
	want, held, diffs := c.compare(d.Format, got)
	if !slices.Equal(c.Want.Functions, got.functions) {
		diffs = append(diffs, fmt.Sprintf("functions: want %q, got %q", c.Want.Functions, got.functions))
	}
	if d.Notes && !c.PartialNotes {
		var ignored []keyspace.NoteKind
		if d.Container == ContainerPayload {
			ignored = append(ignored, keyspace.NoteUnprotected) // a bare payload is
		}
		diffs = append(diffs, compareNotes(found{notes: c.Want.Notes, counts: c.Want.Counts}, got, ignored...)...)
	}
	return c.compared(exit, want, held, diffs)
}

// badEnd judges a run that ended neither well nor by a refusal.
func (c Case) badEnd(exit Exit) (r Result, ended bool) {
	switch {
	case exit.TimedOut:
		return c.ended(exit, Timeout, exit.String()), true
	case exit.Crashed():
		return c.ended(exit, Crashed, exit.String()), true
	}
	return r, false
}

// compared judges a run whose keys were compared.
func (c Case) compared(exit Exit, want, got []keyspace.Key, diffs []string) Result {
	if len(diffs) == 0 {
		return c.ended(exit, Pass, "")
	}
	r := c.ended(exit, Wrong, differs(exit))
	r.Differences, r.Want, r.Got = diffs, want, got
	return r
}

func differs(exit Exit) string { return fmt.Sprintf("%v, but what it left differs", exit) }
