package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"redrill/dump"
	"redrill/fuzz/pipeline"
	"redrill/fuzz/vectors"
	"redrill/target"
	"redrill/testdata"
)

// conformanceFlags are the flags of conformance.
type conformanceFlags struct {
	decode, encode, restore string // commands
	to                      targetFlags

	format     string
	container  string
	timeout    time.Duration
	scenarios  int
	incomplete int
	notes      bool
	jobs       int
	run        string
	keep       string

	json  bool
	junit string
}

func (a *app) conformanceCommand() *cobra.Command {
	var flags conformanceFlags
	c := &cobra.Command{
		Use:   "conformance --decode-cmd 'COMMAND {snapshot} {dump}'",
		Short: "Score somebody else's decoder, encoder or restorer",
		Long: `Run the test vectors and a fixed set of generated snapshots through a decoder,
an encoder or a restorer, and print a score card: what it gets right and wrong,
for each row of the catalogue of mistakes.

A COMMAND is split into words like a shell does it, but no shell is run.
{snapshot} is the path of a snapshot, {dump} that of a dump (a directory with
--format tree), {target} the URL of an empty Redis that redrill has started.

  pass       as it must be
  wrong      exit status 0, but the keys differ
  broken     exit status 0, but the output is missing, cut or breaks its format
  refused    another exit status for a legal input
  accepted   exit status 0 for an input that must be refused
  crashed    a signal or a panic
  timeout    killed after --timeout

Keys are compared: database, name, type, values, order, score bits, expiry. A
key that cannot be decoded must be absent, or the whole snapshot refused.
Nothing expires while decoding. Here status 0 says that all passed, 1 that
something did not.`,
		Example: `  redrill conformance --decode-cmd 'their-decoder --input {snapshot} --output {dump}' --format tree --container payload
  redrill conformance --decode-cmd 'redrill decode {snapshot} -o {dump}'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.conformance(c.Context(), flags) },
	}
	f := c.Flags()
	f.StringVar(&flags.decode, "decode-cmd", "", "decoder: reads {snapshot}, writes {dump}")
	f.StringVar(&flags.encode, "encode-cmd", "", "encoder: reads {dump}, writes {snapshot}")
	f.StringVar(&flags.restore, "restore-cmd", "", "restorer: reads {dump}, writes to the server at {target}")
	f.StringVarP(&flags.to.spec, "target", "t", target.Auto, "server that a restorer gets for each dump: auto, docker or process")
	f.StringVar(&flags.to.image, "image", target.DefaultImage, "image of the docker target")
	f.StringVar(&flags.format, "format", string(pipeline.FormatJSONL), "form of dumps: jsonl, or tree for elastickv's directory")
	f.StringVar(&flags.container, "container", string(pipeline.ContainerFile), "form of snapshots: file as a node writes it, or the bare payload")
	f.DurationVar(&flags.timeout, "timeout", pipeline.DefaultTimeout, "time limit of each run")
	f.IntVar(&flags.scenarios, "scenarios", 50, "how many generated snapshots to run beside the vectors")
	f.IntVar(&flags.incomplete, "incomplete-status", 0, "exit status of a decoder whose dump lacks only keys that cannot be decoded")
	f.BoolVar(&flags.notes, "notes", false, "compare notes and counts of a decoder's dumps too")
	f.IntVar(&flags.jobs, "jobs", runtime.NumCPU(), "how many commands to run at once")
	f.StringVar(&flags.run, "run", "", "run only the vectors whose name matches this regular expression")
	f.StringVar(&flags.keep, "keep", "", "keep inputs and outputs of what does not pass in this directory")
	f.BoolVar(&flags.json, "json", false, "print the score card as JSON")
	f.StringVar(&flags.junit, "junit", "", "write a JUnit report to this file")
	return c
}

func (f conformanceFlags) check() error {
	switch {
	case f.decode == "" && f.encode == "" && f.restore == "":
		return usagef("which command? give --decode-cmd, --encode-cmd or --restore-cmd")
	case f.format != string(pipeline.FormatJSONL) && f.format != string(pipeline.FormatTree):
		return usagef("--format %q is neither jsonl nor tree", f.format)
	case f.container != string(pipeline.ContainerFile) && f.container != string(pipeline.ContainerPayload):
		return usagef("--container %q is neither file nor payload", f.container)
	case !slices.Contains([]string{target.Auto, string(target.KindDocker), string(target.KindProcess)}, f.to.spec):
		return usagef("--target %q is none of auto, docker and process: each dump needs an empty Redis of its own", f.to.spec)
	case f.timeout <= 0:
		return usagef("--timeout must be more than 0")
	case f.scenarios < 0:
		return usagef("--scenarios must not be negative")
	case f.incomplete < 0 || f.incomplete > 128:
		return usagef("--incomplete-status must be between 1 and 128")
	case f.jobs < 1:
		return usagef("--jobs must be at least 1")
	case f.notes && f.format != string(pipeline.FormatJSONL):
		return usagef("--notes needs --format jsonl: a tree has no notes")
	}
	return nil
}

// stage is a command that is scored.
type stage struct {
	name     string // decode, encode, restore
	command  string
	pipeline pipeline.Pipeline
	cases    []pipeline.Case
}

func (a *app) conformance(ctx context.Context, flags conformanceFlags) (err error) {
	if err := flags.check(); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "redrill-conformance-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	stages, err := a.stages(flags, temp)
	if err != nil {
		return err
	}
	var junit *dump.File
	if flags.junit != "" {
		if junit, err = dump.Create(flags.junit); err != nil {
			return usageError{err}
		}
		defer func() { err = errors.Join(err, junit.Abort()) }()
	}
	var cards []scoreCard
	for _, s := range stages {
		update, done := a.progress(s.name, int64(len(s.cases)))
		n := int64(0)
		results, err := pipeline.Run(ctx, s.pipeline, s.cases, flags.jobs, func(pipeline.Result) {
			n++
			update(n)
		})
		done()
		if err != nil {
			return err
		}
		cards = append(cards, scoreCard{s.name, s.command, flags.format, flags.container, pipeline.NewCard(results)})
	}
	return a.reportCards(cards, flags, junit)
}

// stages returns what is to be scored, in the order of a drill.
func (a *app) stages(f conformanceFlags, temp string) (stages []stage, err error) {
	format, container := pipeline.Format(f.format), pipeline.Container(f.container)
	for _, s := range []struct {
		name, command string
		container     pipeline.Container // what is encoded and restored are keys, whatever form their snapshots had
		placeholders  []string
		pipeline      func(pipeline.Command, pipeline.Work) pipeline.Pipeline
	}{
		{"decode", f.decode, container, []string{pipeline.Snapshot, pipeline.Dump},
			func(c pipeline.Command, w pipeline.Work) pipeline.Pipeline {
				return &pipeline.Decoder{
					Command: c, Format: format, Timeout: f.timeout, Work: w,
					Incomplete: f.incomplete, Notes: f.notes, Container: container,
				}
			}},
		{"encode", f.encode, pipeline.ContainerFile, []string{pipeline.Dump, pipeline.Snapshot},
			func(c pipeline.Command, w pipeline.Work) pipeline.Pipeline {
				return &pipeline.Encoder{Command: c, Format: format, Timeout: f.timeout, Work: w}
			}},
		{"restore", f.restore, pipeline.ContainerFile, []string{pipeline.Dump, pipeline.Target},
			func(c pipeline.Command, w pipeline.Work) pipeline.Pipeline {
				return &pipeline.Restorer{
					Command: c, Format: format, Timeout: f.timeout, Work: w,
					Start: func(ctx context.Context) (pipeline.Server, error) { return a.openRestored(ctx, &f.to) },
				}
			}},
	} {
		if s.command == "" {
			continue
		}
		cases, err := conformanceCases(s.container, f)
		if err != nil {
			return nil, err
		}
		c, err := parseCommand("--"+s.name+"-cmd", s.command, s.placeholders...)
		if err != nil {
			return nil, err
		}
		w, err := f.work(temp, s.name)
		if err != nil {
			return nil, err
		}
		stages = append(stages, stage{s.name, s.command, s.pipeline(c, w), cases})
	}
	return stages, nil
}

// work returns where the files of a stage are; a directory to keep them in must
// not be there yet.
func (f conformanceFlags) work(temp, stage string) (w pipeline.Work, err error) {
	w.TempDir = temp
	if f.keep == "" {
		return w, nil
	}
	w.Keep = filepath.Join(f.keep, stage)
	if err := os.MkdirAll(f.keep, 0o700); err != nil {
		return w, usageError{err}
	}
	if err := os.Mkdir(w.Keep, 0o700); err != nil {
		return w, usageError{err}
	}
	return w, nil
}

// conformanceCases returns the vectors and the generated snapshots.
func conformanceCases(container pipeline.Container, flags conformanceFlags) ([]pipeline.Case, error) {
	list, err := vectors.Load(testdata.Vectors())
	if err != nil {
		return nil, err
	}
	cases := append(pipeline.Cases(list, container), pipeline.Scenarios(flags.scenarios, container)...)
	if cases, err = pipeline.Select(cases, flags.run); err != nil {
		return nil, usagef("--run: %w", err)
	}
	if len(cases) == 0 {
		return nil, usagef("--run %q matches no vector", flags.run)
	}
	return cases, nil
}

// parseCommand parses a command and looks its program up, so that a wrong name
// is told once and not for every vector.
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

// scoreCard is the score card of one command.
type scoreCard struct {
	Stage     string `json:"stage"` // decode, encode, restore
	Command   string `json:"command"`
	Format    string `json:"format"`
	Container string `json:"container"`
	pipeline.Card
}

// reportCards prints the cards and returns the error that carries the status.
func (a *app) reportCards(cards []scoreCard, flags conformanceFlags, junit *dump.File) error {
	status := exitVerified
	for _, c := range cards {
		if !c.Pass() {
			status = exitDifferences
		}
	}
	var err error
	if flags.json {
		err = writeJSON(a.stdout, struct {
			Status int         `json:"status"`
			Cards  []scoreCard `json:"cards"`
		}{status, cards})
	} else {
		for _, c := range cards {
			err = errors.Join(err, c.writeText(a.stdout, a.quiet))
		}
	}
	if err == nil && junit != nil {
		err = errors.Join(writeCardsJUnit(junit, cards), junit.Commit())
	}
	if err != nil {
		return fmt.Errorf("write the score card: %w", err)
	}
	if status != exitVerified {
		return statusError(status)
	}
	return nil
}
