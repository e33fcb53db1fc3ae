package main

import (
	"context"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"redrill/fuzz/pipeline"
	"redrill/target"
)

// commandFlags say which of somebody else's commands to run, and how.
type commandFlags struct {
	decode, encode, restore string
	format                  string
	container               string
	timeout                 time.Duration
	incomplete              int
	// snapshots is their format, which only some verbs are told: with --format too,
	// whose own values name dumps.
	snapshots layoutFlag
}

// commandText explains commands in the help of verbs that take them.
const commandText = `redrill splits a COMMAND into words as a shell does, but runs no shell.
{snapshot} is the path of a snapshot, {dump} the path of a dump (a directory with
--format tree), {target} the URL of an empty Redis that redrill has started.`

func (f *commandFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.decode, "decode-cmd", "", "decoder: reads {snapshot}, writes {dump}")
	flags.StringVar(&f.encode, "encode-cmd", "", "encoder: reads {dump}, writes {snapshot}")
	flags.StringVar(&f.restore, "restore-cmd", "", "restorer: reads {dump}, writes to the server at {target}")
	flags.StringVar(&f.format, "format", string(pipeline.FormatJSONL), "form of a command's dumps: jsonl, or tree for elastickv's directory; fsm or rdb is short for --snapshot-format")
	flags.StringVar(&f.container, "container", string(pipeline.ContainerFile), "form of a decoder's snapshots: file as a node writes it, or the bare payload")
	flags.DurationVar(&f.timeout, "timeout", pipeline.DefaultTimeout, "time limit of each run of a command")
	flags.IntVar(&f.incomplete, "incomplete-status", 0, "exit status of a decoder whose dump lacks only keys that cannot be decoded")
}

// any reports whether there is a command.
func (f *commandFlags) any() bool { return f.decode != "" || f.encode != "" || f.restore != "" }

func (f *commandFlags) check(to *targetFlags) error {
	if slices.Contains(snapshotFormats, f.format) {
		f.snapshots.name, f.format = f.format, string(pipeline.FormatJSONL)
	}
	if err := f.snapshots.check(); err != nil {
		return err
	}
	snapshots := f.snapshots.layout()
	switch {
	case f.format != string(pipeline.FormatJSONL) && f.format != string(pipeline.FormatTree):
		return usagef("--format %q is neither jsonl nor tree", f.format)
	case f.format == string(pipeline.FormatTree) && !snapshots.Trees():
		return usagef("--format tree: a directory of elastickv has no place for all that a snapshot of %s holds; use jsonl", snapshots.Format())
	case f.container == string(pipeline.ContainerPayload) && !snapshots.Contained():
		return usagef("--container payload: a snapshot of %s has no container", snapshots.Format())
	case f.container != string(pipeline.ContainerFile) && f.container != string(pipeline.ContainerPayload):
		return usagef("--container %q is neither file nor payload", f.container)
	case f.restore != "" && !slices.Contains([]string{target.Auto, string(target.KindDocker), string(target.KindProcess)}, to.spec):
		return usagef("--target %q is not auto, docker or process: each dump needs an empty Redis of its own", to.spec)
	case f.timeout <= 0:
		return usagef("--timeout must be more than 0")
	case f.incomplete < 0 || f.incomplete > 128:
		return usagef("--incomplete-status must be between 1 and 128")
	}
	return nil
}

// command is one of the commands, ready to run.
type command struct {
	stage    string // decode, encode, restore
	text     string
	pipeline pipeline.Pipeline
	// container is that of the snapshots it is judged by: what is encoded and
	// restored are keys, whatever form their snapshots had.
	container pipeline.Container
}

// commands returns the commands in the order of a drill. work says where the
// files of a stage are.
func (a *app) commands(f *commandFlags, to *targetFlags, notes bool, work func(stage string) (pipeline.Work, error)) (all []command, err error) {
	format := pipeline.Format(f.format)
	add := func(stage, text string, required []string, build func(pipeline.Command, pipeline.Work) pipeline.Pipeline) error {
		if text == "" {
			return nil
		}
		c, err := parseCommand("--"+stage+"-cmd", text, required...)
		if err != nil {
			return err
		}
		w, err := work(stage)
		if err != nil {
			return err
		}
		next := command{stage: stage, text: text, pipeline: build(c, w), container: pipeline.ContainerFile}
		if stage == "decode" {
			next.container = pipeline.Container(f.container)
		}
		all = append(all, next)
		return nil
	}
	err = add("decode", f.decode, []string{pipeline.Snapshot, pipeline.Dump}, func(c pipeline.Command, w pipeline.Work) pipeline.Pipeline {
		return &pipeline.Decoder{
			Command: c, Format: format, Timeout: f.timeout, Work: w,
			Incomplete: f.incomplete, Notes: notes, Container: pipeline.Container(f.container),
		}
	})
	if err != nil {
		return nil, err
	}
	err = add("encode", f.encode, []string{pipeline.Dump, pipeline.Snapshot}, func(c pipeline.Command, w pipeline.Work) pipeline.Pipeline {
		return &pipeline.Encoder{Command: c, Format: format, Timeout: f.timeout, Work: w}
	})
	if err != nil {
		return nil, err
	}
	return all, add("restore", f.restore, []string{pipeline.Dump, pipeline.Target}, func(c pipeline.Command, w pipeline.Work) pipeline.Pipeline {
		return &pipeline.Restorer{
			Command: c, Format: format, Timeout: f.timeout, Work: w,
			Start: func(ctx context.Context) (pipeline.Server, error) { return a.openRestored(ctx, to) },
		}
	})
}

// parseCommand parses a command and looks its program up, so that a wrong name
// is told once and not for every case.
func parseCommand(flag, text string, required ...string) (pipeline.Command, error) {
	c, err := pipeline.ParseCommand(text, required...)
	if err != nil {
		return c, usagef("%s: %w", flag, err)
	}
	if _, err := exec.LookPath(c.Program()); err != nil {
		return c, usagef("%s: %w", flag, err)
	}
	return c, nil
}

// again returns the flags that run one of the commands again, for a shell.
func (f *commandFlags) again(stage, text string) string {
	var b strings.Builder
	b.WriteString(" --" + stage + "-cmd '" + strings.ReplaceAll(text, "'", `'\''`) + "'")
	if f.format != string(pipeline.FormatJSONL) {
		b.WriteString(" --format " + f.format)
	}
	if f.container != string(pipeline.ContainerFile) && stage == "decode" {
		b.WriteString(" --container " + f.container)
	}
	if f.timeout != pipeline.DefaultTimeout {
		b.WriteString(" --timeout " + f.timeout.String())
	}
	if f.incomplete != 0 && stage == "decode" {
		b.WriteString(" --incomplete-status " + strconv.Itoa(f.incomplete))
	}
	return b.String()
}
