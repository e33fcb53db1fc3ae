package fuzz

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"redrill/fuzz/layout"
	"redrill/fuzz/pipeline"
	"redrill/fuzz/vectors"
)

// Command is somebody else's decoder, encoder or restorer. A campaign with
// commands checks them, and none of the stages of this program.
type Command struct {
	Property Property // one of PropertyDecodeCommand, PropertyEncodeCommand, PropertyRestoreCommand
	Pipeline pipeline.Pipeline
	// Container is the form of the snapshots that a decoder gets.
	Container pipeline.Container
	// Flags are the [Failure.ReplayFlags] of what it fails.
	Flags string
}

// damageEvery is the share of scenarios that a decoder also gets damaged.
const damageEvery = 4

// cases returns what the command is given of a scenario: what it holds, and for
// a decoder now and then a damaged file, which it must refuse.
func (cmd Command) cases(l layout.Layout, s layout.Scenario, number int64, r *rand.Rand) []Case {
	s.Snapshot = s.Snapshot.Protected()
	whole := cmd.given(baseCase(l, s))
	if cmd.Property != PropertyDecodeCommand || cmd.Container == pipeline.ContainerPayload || number%damageEvery != 0 {
		return []Case{whole}
	}
	return []Case{whole, damaged(s.Snapshot, whole, r).as(cmd.Property)}
}

// given returns the case as the command gets it.
func (cmd Command) given(c Case) Case {
	if cmd.Container == pipeline.ContainerPayload {
		if payload, ok := c.Layout.Bare(c.File); ok {
			c.File = payload
		}
	}
	return c.as(cmd.Property)
}

// judge runs the command with a case and returns its failure, or nil. A damaged
// snapshot in which nobody can tell the damage is not run.
//
// An error says that the command could not be run at all.
func (cmd Command) judge(ctx context.Context, c Case) (*Failure, error) {
	if c.Must == MustHandle || c.Must == MustRefuse && cmd.Property != PropertyDecodeCommand {
		return nil, nil
	}
	r, err := cmd.Pipeline.Judge(ctx, c.forPipeline())
	if err != nil || r.Verdict.Good() {
		return nil, err
	}
	var detail strings.Builder
	fmt.Fprintf(&detail, "%s: %s", r.Verdict, r.Detail)
	for _, d := range r.Differences {
		detail.WriteString("\n" + d)
	}
	if r.Exit != nil && r.Exit.Stderr != "" {
		detail.WriteString("\nstandard error:\n" + strings.TrimRight(r.Exit.Stderr, "\n"))
	}
	f := c.failed("%s", detail.String())
	f.verdict, f.ReplayFlags = r.Verdict, cmd.Flags
	want, got := Expectation{Keys: r.Want}, Expectation{Keys: r.Got}
	f.Differences = r.Live
	if r.Got != nil {
		f.Differences = compareKeys(plainNaN(want).Keys, plainNaN(got).Keys)
		if f.got, err = dumpOf(got.source()); err != nil {
			return nil, fmt.Errorf("write what the command left: %w", err)
		}
	}
	return f, nil
}

// forPipeline returns the case as pipelines know it.
func (c Case) forPipeline() pipeline.Case {
	want := vectors.Want{Keys: c.Want.Keys, Notes: c.Want.Notes, Counts: c.Want.Counts}
	if c.Must == MustRefuse {
		want.Error = "it is damaged"
	}
	return pipeline.Case{
		Layout: c.Layout, Name: "scenario", Rows: []string{pipeline.ScenarioRow}, Snapshot: c.File, Want: want, PartialNotes: true,
	}
}

// commandRound runs the commands with one scenario.
func (w *worker) commandRound(number int64) (Tally, *Failure, error) {
	t := Tally{Checks: map[string]int64{}, Features: map[string]int64{}}
	s := w.scenario(number, w.shape(number))
	t.count(s)
	f, cmd, err := w.commanded(number, s, "", t.Checks)
	if f == nil || err != nil {
		return t, nil, err
	}
	again, err := cmd.judge(w.ctx, f.Case)
	f.Unstable = again == nil
	return t, w.of(number, f), err
}

// commanded runs the commands, or only that of a property, with a scenario, and
// returns the first failure and whose it is.
func (w *worker) commanded(number int64, s layout.Scenario, only Property, checks map[string]int64) (*Failure, Command, error) {
	for _, cmd := range w.Commands {
		if only != "" && only != cmd.Property {
			continue
		}
		for _, c := range cmd.cases(w.Layout, s, number, w.rand(number, "command")) {
			checks[string(cmd.Property)]++
			if f, err := cmd.judge(w.ctx, c); f != nil || err != nil {
				return f, cmd, err
			}
		}
	}
	return nil, Command{}, nil
}

// ReplayCommand runs a command with a case and returns its failure, or nil. What
// says nothing about the command is not run: a damaged snapshot is for decoders.
//
// An error says that the command could not be run.
func ReplayCommand(ctx context.Context, c Case, cmd Command) (*Failure, error) {
	return cmd.judge(ctx, cmd.given(c))
}
