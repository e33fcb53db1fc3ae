package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"redrill/verify/report"
)

// resultSchema is the version of the form of results, in JSON and in JUnit. It
// grows when a member changes its meaning or goes; new members do not count.
const resultSchema = 1

// envelope is what every result in JSON begins with, whatever the verb and the
// status.
type envelope struct {
	Schema  int                `json:"schema"`
	Version string             `json:"redrill_version"`
	Commit  string             `json:"redrill_commit,omitempty"`
	Command string             `json:"command"`
	Status  int                `json:"status"`
	Start   string             `json:"start"` // RFC 3339, UTC
	End     string             `json:"end"`
	Seconds map[string]float64 `json:"seconds"` // by stage
	File    *storedFile        `json:"file,omitempty"`
	Error   *errorResult       `json:"error,omitempty"`
}

// errorResult says why a command has no result, or only a part of one.
type errorResult struct {
	Class   string `json:"class"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// record is what is known of this invocation beside its result.
type record struct {
	command string
	start   time.Time
	seconds map[string]float64 // by stage; nil before the first has ended
	source  *source            // the one of the command line, once opened
	path    string             // its name, before
	written bool               // a result in JSON, or the beginning of one
}

// took adds the time of a stage.
func (r *record) took(stage string, d time.Duration) {
	if r.seconds == nil {
		r.seconds = map[string]float64{}
	}
	r.seconds[stage] += d.Seconds()
}

// utc is how results give a time.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// classes name the statuses that an error has.
var classes = map[int]string{
	exitDifferences: "not_loaded", exitUsage: "usage", exitCorrupt: "corrupt", exitCannotTell: "cannot_tell", exitTarget: "target", exitInterrupted: "interrupted",
}

// errorOf returns what a result says of an error. It names no secret.
func (a *app) errorOf(status int, err error) *errorResult {
	if status == exitInterrupted {
		return &errorResult{Class: classes[status], Message: "interrupted"}
	}
	class := classes[status]
	if _, bug := errors.AsType[*internalError](err); bug {
		class = "internal"
	}
	words := func(s string) string { return report.Visible(a.scrubber.Text(s)) }
	return &errorResult{Class: class, Message: words(err.Error()), Hint: words(hintOf(err))}
}

// envelope returns the frame of a result with a status.
func (a *app) envelope(status int) envelope {
	version, commit := build()
	e := envelope{
		Schema: resultSchema, Version: version, Commit: commit, Command: a.record.command, Status: status,
		Start: utc(a.record.start), End: utc(time.Now()), Seconds: a.record.seconds,
	}
	switch {
	case a.record.source != nil:
		e.File = a.record.source.stored()
	case a.record.path != "":
		e.File = &storedFile{Path: a.record.path}
	}
	if e.File != nil {
		e.File.Path = report.Visible(e.File.Path)
	}
	return e
}

// ended returns the frame of a result of a command that err ended, or nothing.
func (a *app) ended(ctx context.Context, err error) envelope {
	status := statusOf(ctx, err)
	e := a.envelope(status)
	if !saidAlready(err) {
		e.Error = a.errorOf(status, err)
	}
	return e
}

// writeResult writes a result in its envelope.
func writeResult[T any](a *app, w io.Writer, status int, body T) error {
	return writeEnvelope(a, w, a.envelope(status), body)
}

func writeEnvelope[T any](a *app, w io.Writer, e envelope, body T) error {
	a.record.written = true
	return report.JSON(w, struct {
		envelope
		Body T `json:",embed"`
	}{e, body})
}

// writeError writes the result of a command that has none, where JSON was asked
// for: every status leaves one.
func (a *app) writeError(c *cobra.Command, status int, err error) {
	if f := c.Flags().Lookup("json"); f == nil || f.Value.String() != "true" || a.record.written || saidAlready(err) {
		return
	}
	w := a.stdout
	if f := c.Flags().Lookup("output"); f != nil && (f.Value.String() == "-" || a.isStandardOutput(f.Value.String())) {
		w = a.stderr // where a dump goes, words do not
	}
	e := a.envelope(status)
	e.Error = a.errorOf(status, err)
	if err := writeEnvelope(a, w, e, struct{}{}); err != nil {
		a.say("error: %v", err)
	}
}
