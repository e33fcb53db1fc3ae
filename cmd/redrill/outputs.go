package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"redrill/internal/atomicfile"
	"redrill/internal/interrupt"
	sources "redrill/source"
)

// outputFile is a file or directory that a command is asked to write.
type outputFile struct {
	flag string
	path string // empty: not asked for
	ours func(head []byte) bool
}

// forceFlag says that an output may replace what redrill did not write.
type forceFlag bool

func (f *forceFlag) register(c flagSet) {
	c.BoolVar((*bool)(f), "force", false, "let an output replace a file that redrill did not write; an input is never replaced")
}

// planFiles makes sure, before anything is read, that no output is an input or
// another output, and that none replaces what is not redrill's.
func (a *app) planFiles(force forceFlag, inputs []string, outputs ...outputFile) error {
	p := atomicfile.Plan{Force: bool(force)}
	for _, path := range inputs {
		a.planInput(&p, path)
	}
	for _, std := range []struct {
		what string
		w    any
	}{{"standard output", a.stdout}, {"standard error", a.stderr}} {
		if f, ok := std.w.(*os.File); ok {
			if err := p.OutputOpen(std.what, f); err != nil {
				return usageError{err}
			}
		}
	}
	for _, o := range outputs {
		switch o.path {
		case "":
			continue
		case "-":
			return usagef("%s takes the name of a file: only -o writes to standard output, where it is \"-\"", o.flag)
		}
		if err := p.Output(o.flag+" "+o.path, o.path, o.ours); err != nil {
			return usageError{err}
		}
	}
	return nil
}

func (a *app) planInput(p *atomicfile.Plan, path string) {
	if path == "-" {
		if f, ok := a.stdin.(*os.File); ok {
			p.InputOpen("standard input", f)
		}
		return
	}
	if sources.IsTree(path) {
		p.InputDir(path, path)
		return
	}
	if newest, err := sources.Newest(path); err == nil { // else the error is told when it is opened
		path = newest
	}
	p.Input(path, path)
}

// isDump reports whether a file begins as a JSON Lines dump of redrill's.
func isDump(head []byte) bool { return bytes.HasPrefix(head, []byte(`{"redrill_dump":`)) }

// isDiffs reports whether a file begins as --diffs writes it.
func isDiffs(head []byte) bool { return bytes.HasPrefix(head, []byte(`{"kind":"`)) }

// isJUnit reports whether a file begins as a JUnit report, whoever wrote it.
func isJUnit(head []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(head))
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local == "testsuites" || start.Name.Local == "testsuite"
		}
	}
}

// dumpOutput, junitOutput and diffsOutput are the outputs that several commands
// have.
func dumpOutput(flag, path string) outputFile { return outputFile{flag, path, isDump} }
func junitOutput(path string) outputFile      { return outputFile{"--junit", path, isJUnit} }
func diffsOutput(path string) outputFile      { return outputFile{"--diffs", path, isDiffs} }

// fileTarget is where a dump goes: a file that appears when it is complete, or
// one that is written as it comes.
type fileTarget interface {
	Write(p []byte) (int, error)
	Commit() error
	Abort() error
}

// roomForDump reports whether the disk of a dump has room for that of the source
// from. Nothing can be said of one that is compressed.
func roomForDump(dump, from string) error {
	need := int64(0)
	if !atomicfile.Compressed(dump) {
		need = sources.DumpBytes(from)
	}
	if path, err := filepath.EvalSymlinks(dump); err == nil {
		dump = path // which is replaced, on its own disk
	}
	if err := sources.CheckRoom(filepath.Dir(dump), need); err != nil {
		return fmt.Errorf("reserve space for the dump: %w", err)
	}
	return nil
}

// createDump starts a dump of the source from: a file, standard output, or a
// device or pipe that exists.
func (a *app) createDump(ctx context.Context, path, from string) (fileTarget, error) {
	if path == "-" {
		return asItComes{a.stdout, nil}, nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		open := func() (*os.File, error) { return os.OpenFile(path, os.O_WRONLY, 0) } // waits for the reader of a pipe
		f, err := interrupt.Call(ctx, open, func(f *os.File) { _ = f.Close() })
		if err != nil && ctx.Err() == nil {
			err = usageError{err}
		}
		if err != nil {
			return nil, err
		}
		return asItComes{f, f.Close}, nil
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, usageError{err}
	}
	if err := roomForDump(path, from); err != nil {
		return nil, errors.Join(err, f.Abort())
	}
	return f, nil
}

// asItComes cannot take back what was written.
type asItComes struct {
	w interface {
		Write(p []byte) (int, error)
	}
	close func() error // nil: not ours to close
}

func (o asItComes) Write(p []byte) (int, error) { return o.w.Write(p) }
func (o asItComes) Abort() error                { return o.Commit() }
func (o asItComes) Commit() error {
	if o.close == nil {
		return nil
	}
	return o.close()
}
