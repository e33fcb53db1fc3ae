package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"redrill/fuzz/pipeline"
	"redrill/fuzz/vectors"
	"redrill/internal/atomicfile"
	"redrill/target"
	"redrill/testdata"
)

// conformanceFlags are the flags of conformance.
type conformanceFlags struct {
	commands commandFlags
	to       targetFlags

	scenarios int
	notes     bool
	jobs      int
	run       string
	keep      string

	json  bool
	junit string
	force forceFlag
}

func (a *app) conformanceCommand() *cobra.Command {
	var flags conformanceFlags
	c := &cobra.Command{
		Use:   "conformance --decode-cmd 'COMMAND {snapshot} {dump}'",
		Short: "Score another program's decoder, encoder or restorer",
		Long: `Run the test vectors and a fixed set of generated snapshots through a decoder,
an encoder or a restorer, and print a score card: what the program gets right and
wrong, for each row of the catalogue of mistakes.

` + commandText + `

  pass       as it must be
  wrong      exit status 0, but the keys differ
  broken     exit status 0, but the output is missing, cut or breaks its format
  refused    another exit status for a legal input
  accepted   exit status 0 for an input that must be refused
  crashed    a signal or a panic
  timeout    killed after --timeout

Legal inputs and inputs that must be refused have separate scores, because a
command that refuses everything passes all of the second kind. One line counts
the rows that pass; --verbose lists them.

redrill compares the keys: database, name, type, values, order, score bits,
expiry. A key that cannot be decoded must be absent, or the command must refuse
the whole snapshot. No key expires while it is decoded. Status 0 means that all
cases passed, status 1 that at least one did not.`,
		Example: `  redrill conformance --decode-cmd 'their-decoder --input {snapshot} --output {dump}' --format tree --container payload
  redrill conformance --decode-cmd 'redrill decode {snapshot} -o {dump}'
  redrill conformance --snapshot-format rdb --decode-cmd 'their-decoder {snapshot} {dump}'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.conformance(c.Context(), flags) },
	}
	f := c.Flags()
	flags.commands.register(f)
	flags.commands.snapshots.register(f)
	f.StringVarP(&flags.to.spec, "target", "t", target.Auto, "server that a restorer gets for each dump: auto, docker or process")
	f.StringVar(&flags.to.image, "image", target.DefaultImage, "image of the docker target")
	f.IntVar(&flags.scenarios, "scenarios", 50, "how many generated snapshots to run beside the vectors")
	f.BoolVar(&flags.notes, "notes", false, "compare notes and counts of a decoder's dumps too")
	f.IntVar(&flags.jobs, "jobs", runtime.NumCPU(), "how many commands to run at once")
	f.StringVar(&flags.run, "run", "", "run only the vectors whose name matches this regular expression")
	f.StringVar(&flags.keep, "keep", "", "keep inputs and outputs of cases that do not pass in this directory")
	f.BoolVar(&flags.json, "json", false, "print the score card as JSON")
	f.StringVar(&flags.junit, "junit", "", "write a JUnit report to this file")
	flags.force.register(f)
	return c
}

func (f *conformanceFlags) check() error {
	switch {
	case !f.commands.any():
		return usagef("no command: give --decode-cmd, --encode-cmd or --restore-cmd")
	case f.scenarios < 0:
		return usagef("--scenarios must not be negative")
	case f.jobs < 1:
		return usagef("--jobs must be at least 1")
	case f.notes && f.commands.format == string(pipeline.FormatTree):
		return usagef("--notes needs --format jsonl: a tree has no notes")
	}
	return f.commands.check(&f.to)
}

func (a *app) conformance(ctx context.Context, flags conformanceFlags) (err error) {
	if err := flags.check(); err != nil {
		return err
	}
	if err := a.planFiles(flags.force, nil, junitOutput(flags.junit), outputFile{flag: "--keep", path: flags.keep}); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "redrill-conformance-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	commands, err := a.commands(&flags.commands, &flags.to, flags.notes, func(stage string) (pipeline.Work, error) {
		return flags.work(temp, stage)
	})
	if err != nil {
		return err
	}
	var junit *atomicfile.File
	if flags.junit != "" {
		if junit, err = atomicfile.Create(flags.junit); err != nil {
			return usageError{err}
		}
		defer func() { err = errors.Join(err, junit.Abort()) }()
	}
	var cards []scoreCard
	for _, c := range commands {
		cases, err := conformanceCases(c.container, flags)
		if err != nil {
			return err
		}
		update, done := a.progress(c.stage, int64(len(cases)))
		n := int64(0)
		results, err := pipeline.Run(ctx, c.pipeline, cases, flags.jobs, func(pipeline.Result) {
			n++
			update(n)
		})
		done()
		if err != nil {
			return err
		}
		cards = append(cards, scoreCard{c.stage, c.text, flags.commands.format, flags.commands.container, pipeline.NewCard(results)})
	}
	return a.reportCards(ctx, cards, flags, junit)
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
	snapshots := flags.commands.snapshots.layout()
	cases := append(pipeline.Cases(list, snapshots, container), pipeline.Scenarios(flags.scenarios, snapshots, container)...)
	if cases, err = pipeline.Select(cases, flags.run); err != nil {
		return nil, usagef("--run: %w", err)
	}
	if len(cases) == 0 {
		return nil, usagef("--run %q matches no vector", flags.run)
	}
	return cases, nil
}

// scoreCard is the score card of one command.
type scoreCard struct {
	Stage     string `json:"stage"` // decode, encode, restore
	Command   string `json:"command"`
	Format    string `json:"format"`
	Container string `json:"container"`
	pipeline.Card
}

// cardsResult is the result of a conformance run; its member names are stable.
type cardsResult struct {
	Cards []scoreCard `json:"cards"`
}

// reportCards writes the cards and returns the error that carries the status. The
// report in a file comes first: what is printed has to agree with the status.
func (a *app) reportCards(ctx context.Context, cards []scoreCard, flags conformanceFlags, junit *atomicfile.File) error {
	var end error
	if slices.ContainsFunc(cards, func(c scoreCard) bool { return !c.Pass() }) {
		end = statusError(exitDifferences)
	}
	if junit != nil {
		if err := errors.Join(writeCardsJUnit(junit, cards), junit.Commit()); err != nil {
			end = reportError{err}
		}
	}
	var err error
	if flags.json {
		err = writeEnvelope(a, a.stdout, a.ended(ctx, end), cardsResult{cards})
	} else {
		for _, c := range cards {
			err = errors.Join(err, c.writeText(a.stdout, a.cardDetail()))
		}
	}
	if err != nil {
		return fmt.Errorf("write the score card: %w", err)
	}
	return end
}
