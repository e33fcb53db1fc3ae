package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"redrill/internal/atomicfile"
	"redrill/keyspace"
	"redrill/restore"
	"redrill/target"
	"redrill/verify"
	"redrill/verify/report"
)

// reportFlags say where results go besides standard output.
type reportFlags struct {
	json  bool
	junit string
	diffs string
	force forceFlag
}

func (f *reportFlags) register(c flagSet) {
	c.BoolVar(&f.json, "json", false, "print the result as JSON")
	c.StringVar(&f.junit, "junit", "", "write a JUnit report to this file")
	c.StringVar(&f.diffs, "diffs", "", "write every difference to this file, as JSON Lines")
	f.force.register(c)
}

// outputs are the files of a report.
func (f *reportFlags) outputs() []outputFile {
	return []outputFile{junitOutput(f.junit), diffsOutput(f.diffs)}
}

// outcome collects what a drill or a verification has to tell.
type outcome struct {
	a     *app
	flags verifyFlags

	source   *source
	target   *target.Target
	decoded  *summary        // of a drill
	restored *restore.Result // of a drill
	problems problems

	diffFile  *atomicfile.File // nil unless asked for, like junitFile
	diffs     *report.Diffs
	junitFile *atomicfile.File
}

// newOutcome starts the files that were asked for, so that a wrong name is
// told before the work and not after it.
func (a *app) newOutcome(flags verifyFlags) (o *outcome, err error) {
	o = &outcome{a: a, flags: flags}
	if flags.out.diffs != "" {
		if o.diffFile, err = atomicfile.Create(flags.out.diffs); err != nil {
			return nil, usageError{err}
		}
		o.diffs = report.NewDiffs(o.diffFile)
	}
	if flags.out.junit != "" {
		if o.junitFile, err = atomicfile.Create(flags.out.junit); err != nil {
			return nil, errors.Join(usageError{err}, o.abort())
		}
	}
	return o, nil
}

// abort removes files that were not finished.
func (o *outcome) abort() (err error) {
	for _, f := range []*atomicfile.File{o.diffFile, o.junitFile} {
		if f != nil {
			err = errors.Join(err, f.Abort())
		}
	}
	return err
}

// diff receives every difference.
func (o *outcome) diff(d verify.Difference) {
	if o.diffs != nil {
		o.diffs.Write(d)
	}
}

// finish writes the reports of a run that ended with result or with err, and
// returns the error that carries the exit status.
func (o *outcome) finish(result *verify.Result, err error) error {
	if err != nil {
		return errors.Join(err, o.abort())
	}
	if err := errors.Join(o.print(result), o.writeFiles(result)); err != nil {
		return fmt.Errorf("write the report: %w", errors.Join(err, o.abort()))
	}
	if status := result.Status(o.flags.allow); status != exitVerified {
		return statusError(status)
	}
	return nil
}

// print writes the result to standard output.
func (o *outcome) print(result *verify.Result) error {
	if o.flags.out.json {
		return o.writeJSON(result)
	}
	return o.writeText(result)
}

// writeFiles finishes the files that were asked for.
func (o *outcome) writeFiles(result *verify.Result) error {
	if o.diffFile != nil {
		if err := o.diffs.Close(); err != nil {
			return err
		}
		if err := o.diffFile.Commit(); err != nil {
			return err
		}
	}
	if o.junitFile != nil {
		if err := report.JUnit(o.junitFile, result, o.flags.allow); err != nil {
			return err
		}
		return o.junitFile.Commit()
	}
	return nil
}

// writeJSON writes one object; its member names are stable.
func (o *outcome) writeJSON(result *verify.Result) error {
	out := struct {
		Status   int             `json:"status"`
		Reasons  []verify.Reason `json:"reasons"` // why a run without differences is not verified
		Source   keyspace.Source `json:"source"`
		Target   string          `json:"target"`
		Kind     target.Kind     `json:"target_kind"`
		Why      string          `json:"target_why,omitempty"`
		Decoded  *summary        `json:"decoded,omitempty"`
		Restored *restore.Result `json:"restored,omitempty"`
		Problems problems        `json:"problems"`
		Verify   *verify.Result  `json:"verify"`
	}{
		result.Status(o.flags.allow), append([]verify.Reason{}, result.Reasons(o.flags.allow)...), o.source.about, o.target.Description, o.target.Kind, o.target.Why,
		o.decoded, o.restored, o.problems, result,
	}
	return writeJSON(o.a.stdout, out)
}

func (o *outcome) writeText(result *verify.Result) error {
	w := o.a.stdout
	if !o.a.quiet {
		p := &printer{w: w}
		p.snapshot(o.source)
		if o.decoded != nil {
			p.decoded(*o.decoded)
		}
		p.line("target", o.target.Description)
		if o.target.Why != "" {
			p.line("", o.target.Why)
		}
		if o.restored != nil {
			p.restored(*o.restored)
		}
		p.problems(o.problems)
		if p.err == nil {
			_, p.err = io.WriteString(w, "\n")
		}
		if p.err != nil {
			return p.err
		}
	}
	return report.Text(w, result, report.TextOptions{
		Allow: o.flags.allow, Diffs: o.flags.out.diffs, Color: colour(os.Stdout) && w == io.Writer(os.Stdout),
	})
}

// maxProblems bounds the keys that a report names because of a note.
const maxProblems = 20

// problems names the keys whose notes keep a run from being verified.
type problems struct {
	Named []anomaly `json:"named"` // the first ones
	More  int64     `json:"more"`
}

// note keeps a note that stands for a key which cannot come back as it is.
func (p *problems) note(n keyspace.Note) {
	if n.Kind != keyspace.NoteUnreadable && n.Kind != keyspace.NoteUnrepresentable {
		return
	}
	if len(p.Named) >= maxProblems {
		p.More++
		return
	}
	p.Named = append(p.Named, newAnomaly(n))
}

func newAnomaly(n keyspace.Note) anomaly {
	a := anomaly{Kind: n.Kind, Key: strconv.QuoteToASCII(n.Name), Type: n.Type.String(), Offset: n.Offset, Detail: n.Detail}
	if n.Element != nil {
		a.Element = strconv.QuoteToASCII(*n.Element)
	}
	return a
}

func (a anomaly) String() string {
	s := fmt.Sprintf("%s: %s %s", a.Kind, a.Type, a.Key)
	if a.Element != "" {
		s += ", " + a.Element
	}
	if a.Detail != "" {
		s += ": " + a.Detail
	}
	if a.Offset >= 0 {
		s += fmt.Sprintf(" (offset %d)", a.Offset)
	}
	return s
}

func (p *printer) problems(all problems) {
	for i, a := range all.Named {
		p.line(labelOnce("problems", i), a.String())
	}
	if all.More > 0 {
		p.line("", fmt.Sprintf("… and %d more", all.More))
	}
}
