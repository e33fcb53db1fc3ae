package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"redrill/internal/atomicfile"
	"redrill/internal/figures"
	"redrill/internal/shift"
	"redrill/keyspace"
	"redrill/restore"
	sources "redrill/source"
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

// outcome collects what a drill or a verification has to tell, and tells it: what
// is known as soon as it is, the result at the end, whatever the status.
type outcome struct {
	a     *app
	path  string // of the source, as it was given
	flags verifyFlags

	source   *source         // nil until it is opened
	target   *target.Target  // nil until it is reached
	decoded  *summary        // of a drill
	restored *restore.Result // of a drill
	problems problems

	diffFile  *atomicfile.File // nil unless asked for, like junitFile
	diffs     *report.Diffs
	junitFile *atomicfile.File
}

// newOutcome starts the files that were asked for, so that a wrong name is
// told before the work and not after it.
func (a *app) newOutcome(path string, flags verifyFlags) (o *outcome, err error) {
	o = &outcome{a: a, path: path, flags: flags}
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

// reached tells which server it is.
func (o *outcome) reached(t *target.Target) {
	o.target = t
	o.say(func(p *printer) {
		p.line("target", t.Description)
		if t.Why != "" {
			p.line("", t.Why)
		}
	})
}

// opened tells which source it is.
func (o *outcome) opened(s *source) {
	o.source = s
	o.say(func(p *printer) { p.snapshot(s) })
}

// decodedAll tells what the source holds.
func (o *outcome) decodedAll(sum summary) {
	o.decoded = &sum
	o.say(func(p *printer) { p.decoded(sum) })
}

// surveyed tells by how much expire times are moved.
func (o *outcome) surveyed() {
	if o.source.survey != nil {
		o.say(func(p *printer) { p.shifted(o.source.shift) })
	}
}

// restoredAll tells what was written.
func (o *outcome) restoredAll(r restore.Result) {
	o.restored = &r
	o.say(func(p *printer) { p.restored(r) })
}

// say prints lines for people as soon as they are known. A failure to write shows
// again at the end.
func (o *outcome) say(lines func(*printer)) {
	if !o.flags.out.json && !o.a.quiet {
		lines(&printer{w: o.a.stdout})
	}
}

// reportError is a report that could not be written: whatever was found, the
// status is that of a run that could not tell.
type reportError struct{ err error }

func (e reportError) Error() string { return "write the report: " + e.err.Error() }
func (e reportError) Unwrap() error { return e.err }

// finish writes the reports of a run that ended with result or with err, and
// returns the error that carries the exit status. The files come first: what is
// printed last has to agree with the status.
func (o *outcome) finish(ctx context.Context, result *verify.Result, err error) error {
	if err != nil {
		return errors.Join(err, o.failFiles(ctx, err))
	}
	status := statusOfOutcome(result.Outcome(o.flags.allow))
	if err := o.writeFiles(result); err != nil {
		err = reportError{errors.Join(err, o.abort())}
		return errors.Join(err, o.print(result, statusOf(ctx, err), err))
	}
	if err := o.print(result, status, nil); err != nil {
		err = reportError{err}
		return errors.Join(err, o.withdraw(ctx, err))
	}
	if status != exitVerified {
		return statusError(status)
	}
	return nil
}

// print writes the result to standard output. failed says which report could not
// be written.
func (o *outcome) print(result *verify.Result, status int, failed error) error {
	if o.flags.out.json {
		return o.writeJSON(result, status, failed)
	}
	return o.writeText(result, failed)
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
		if err := o.junit().JUnit(o.junitFile, result, o.flags.allow); err != nil {
			return err
		}
		return o.junitFile.Commit()
	}
	return nil
}

// failFiles leaves a report of a run that has no result. A list of differences
// that is not complete is none.
func (o *outcome) failFiles(ctx context.Context, why error) error {
	status := statusOf(ctx, why)
	if o.junitFile == nil || status == exitUsage {
		return o.abort()
	}
	e := o.a.errorOf(status, why)
	err := o.junit().JUnitError(o.junitFile, e.Class, e.Message)
	if err == nil {
		err = o.junitFile.Commit()
	}
	return errors.Join(err, o.abort())
}

// withdraw replaces a report in a file by one that agrees with the status.
func (o *outcome) withdraw(ctx context.Context, why error) (err error) {
	if o.junitFile == nil {
		return nil
	}
	if o.junitFile, err = atomicfile.Create(o.flags.out.junit); err != nil {
		return err
	}
	return o.failFiles(ctx, why)
}

// junit describes this run for a JUnit report, which is named after the snapshot.
func (o *outcome) junit() report.Run {
	e := o.a.envelope(0)
	run := report.Run{
		Name: filepath.Base(o.path), Start: o.a.record.start, Seconds: time.Since(o.a.record.start).Seconds(),
		Facts: [][2]string{
			{"schema", strconv.Itoa(e.Schema)}, {"redrill_version", e.Version}, {"redrill_commit", e.Commit},
			{"command", e.Command}, {"start", e.Start}, {"end", e.End},
		},
	}
	if e.File != nil {
		run.Facts = append(run.Facts, [2]string{"path", e.File.Path}, [2]string{"sha256", e.File.SHA256})
	}
	if o.source != nil {
		run.Name = filepath.Base(o.source.name)
	}
	if o.target != nil {
		run.Facts = append(run.Facts, [2]string{"target", o.target.Description})
	}
	for _, stage := range slices.Sorted(maps.Keys(e.Seconds)) {
		run.Facts = append(run.Facts, [2]string{"seconds_" + stage, strconv.FormatFloat(e.Seconds[stage], 'f', 3, 64)})
	}
	return run
}

// verdictResult is the result of a drill or a verification; its member names are
// stable.
type verdictResult struct {
	Reasons  []verify.Reason       `json:"reasons"` // why a run without differences is not verified
	Source   keyspace.Origin       `json:"source"`
	Target   string                `json:"target"`
	Kind     target.Kind           `json:"target_kind"`
	Why      string                `json:"target_why,omitempty"`
	Decoded  *summary              `json:"decoded,omitempty"`
	ShiftMs  int64                 `json:"expiry_shift_ms,omitempty"` // what --expiry shift added to expire times
	Restored *restore.Result       `json:"restored,omitempty"`
	Loaded   *target.Loaded        `json:"loaded,omitempty"`
	Unknown  []sources.UnknownRows `json:"unknown,omitempty"`
	Problems problems              `json:"problems"`
	Verify   *verify.Result        `json:"verify"`
}

func (o *outcome) writeJSON(result *verify.Result, status int, failed error) error {
	e := o.a.envelope(status)
	if failed != nil {
		e.Error = o.a.errorOf(status, failed)
	}
	return writeEnvelope(o.a, o.a.stdout, e, verdictResult{
		result.Reasons(o.flags.allow),
		o.source.about, o.target.Description, o.target.Kind, o.target.Why,
		o.decoded, o.source.shift.Ms, o.restored, o.target.Loaded, o.source.unknown(), o.problems, result,
	})
}

func (o *outcome) writeText(result *verify.Result, failed error) error {
	w := o.a.stdout
	if !o.a.quiet {
		p := &printer{w: w}
		p.unknown(o.source.unknown())
		p.problems(o.problems)
		if p.err == nil {
			_, p.err = io.WriteString(w, "\n")
		}
		if p.err != nil {
			return p.err
		}
	}
	return report.Text(w, result, report.TextOptions{
		Allow: o.flags.allow, Diffs: o.flags.out.diffs, Color: colour(w), Columns: columns(w), Facts: o.facts(result.Keys), Failed: failed, Unexpired: o.unexpired(),
	})
}

// unexpired is the option with which this command proves keys that have expired since
// the file was written, "" where it has none, was given it, or nobody knows when that
// was.
func (o *outcome) unexpired() string {
	drill := o.restored != nil || o.target.Loaded != nil
	if _, known := shift.WrittenMs(o.source.about); !known || !drill || o.source.survey != nil {
		return ""
	}
	return "--expiry shift"
}

// facts are what stands below the verdict, for whoever keeps nothing else. keys
// is how many were compared.
func (o *outcome) facts(keys int64) [][2]string {
	e := o.a.envelope(0)
	facts := [][2]string{{"file", e.File.Path}}
	if e.File.SHA256 != "" {
		facts = append(facts, [2]string{"", "SHA-256 " + e.File.SHA256})
	}
	facts = append(facts, [2]string{"server", o.target.Description}, [2]string{"time", e.Start + " to " + e.End})
	var stages []string
	for _, name := range []string{"check", "decode", "restore", "verify"} {
		seconds, ok := e.Seconds[name]
		if !ok {
			continue
		}
		text := fmt.Sprintf("%s %.2f s", name, seconds)
		if name == "verify" && seconds > 0 {
			text += fmt.Sprintf(" (%s keys/s)", figures.Number(perSecond(keys, seconds)))
		}
		stages = append(stages, text)
	}
	return append(facts, [2]string{"stages", strings.Join(stages, ", ")})
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
