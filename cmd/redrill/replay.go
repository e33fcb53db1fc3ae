package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"redrill/fuzz"
	"redrill/target"
	"redrill/verify"
)

func (a *app) replayCommand() *cobra.Command {
	var to targetFlags
	var commands commandFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "replay DIR...",
		Short: "Run counterexamples again",
		Long: `Run counterexamples that ` + "`redrill fuzz`" + ` wrote again: decode snapshot.fsm or
snapshot.rdb and compare it with expected.jsonl, write a dump and read it back, restore it to a
Redis, verify it, edit the live state and check that verify finds every edit. A
folder needs only these two files.

A counterexample of another program needs --decode-cmd, --encode-cmd or
--restore-cmd again. Then replay runs that command instead of redrill. A folder
never says which program to run.
` + commandText + `

The status is 7 if a counterexample still fails, else 0. It is also 0 if no folder
is given.`,
		Example: "  redrill replay fuzz-out/decode-7-120\n  redrill replay --target process testdata/counterexamples/*/",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := commands.check(&to); err != nil {
				return err
			}
			return a.replay(c.Context(), args, &to, &commands, asJSON)
		},
	}
	to.register(c.Flags(), target.Auto)
	commands.register(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	if err := c.Flags().MarkHidden("connections"); err != nil {
		panic(err) // the flag is always there
	}
	return c
}

// replayed is what came of a counterexample; its member names are stable.
type replayed struct {
	Path        string              `json:"path"` // of the folder
	Holds       bool                `json:"holds"`
	Failed      fuzz.Property       `json:"failed,omitempty"`
	Detail      string              `json:"detail,omitempty"`
	Differences []verify.Difference `json:"differences,omitempty"`
}

// replayResult is the result of a replay; its member names are stable.
type replayResult struct {
	Cases []replayed `json:"cases"`
}

func (a *app) replay(ctx context.Context, dirs []string, to *targetFlags, commands *commandFlags, asJSON bool) error {
	cases := make([]fuzz.Case, 0, len(dirs))
	for _, dir := range dirs {
		c, err := fuzz.ReadCase(dir, campaignLayouts[:]...)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if c.Property.Commanded() && !commands.any() {
			return usagef("%s: a counterexample of --%s: give that command; its README.md says how it was run", dir, c.Property)
		}
		cases = append(cases, c)
	}
	again, closeAll, err := a.replayer(ctx, cases, to, commands)
	if err != nil {
		return err
	}
	defer closeAll()
	result := replayResult{Cases: []replayed{}}
	var end error
	p := &printer{w: a.stdout}
	if asJSON {
		p.w = io.Discard
	}
	for i, c := range cases {
		f, err := again(c)
		if errors.Is(err, fuzz.ErrServer) {
			err = fmt.Errorf("%w: %w", target.ErrUnreachable, err)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", dirs[i], err)
		}
		if f == nil {
			p.holds(dirs[i], a.quiet)
			result.Cases = append(result.Cases, replayed{Path: dirs[i], Holds: true})
			continue
		}
		end = statusError(exitCounterexample)
		p.failed(dirs[i], f)
		result.Cases = append(result.Cases, replayed{dirs[i], false, f.Property, f.Detail, f.Differences})
	}
	if asJSON {
		p.err = writeEnvelope(a, a.stdout, a.ended(ctx, end), result)
	}
	if p.err != nil {
		return p.err
	}
	return end
}

// replayer returns what runs a case again: the commands, or redrill itself with a
// server if a case needs one.
func (a *app) replayer(ctx context.Context, cases []fuzz.Case, to *targetFlags, flags *commandFlags) (again func(fuzz.Case) (*fuzz.Failure, error), closeAll func(), err error) {
	if flags.any() {
		commands, closeAll, err := a.fuzzCommands(flags, to)
		again = func(c fuzz.Case) (*fuzz.Failure, error) {
			for _, cmd := range commands {
				if f, err := fuzz.ReplayCommand(ctx, c, cmd); f != nil || err != nil {
					return f, err
				}
			}
			return nil, nil
		}
		return again, closeAll, err
	}
	asOf := time.UnixMilli(time.Now().UnixMilli())
	var server *fuzz.Server
	closeAll = func() {}
	if slices.ContainsFunc(cases, func(c fuzz.Case) bool { return c.Must == fuzz.MustDecode }) {
		t, err := a.openTarget(ctx, to, asOf)
		if err != nil {
			return nil, nil, err
		}
		closeAll = func() { a.closeTarget(t) }
		s, err := fuzzServer(t)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		server = &s
	}
	again = func(c fuzz.Case) (*fuzz.Failure, error) { return fuzz.Replay(ctx, c, server, asOf.UnixMilli()) }
	return again, closeAll, nil
}

func (p *printer) holds(dir string, quiet bool) {
	if !quiet {
		p.line("holds", dir)
	}
}

// failed prints a failure with the first of its differences.
func (p *printer) failed(dir string, f *fuzz.Failure) {
	const shown = 5
	detail := strings.Split(f.Detail, "\n")
	p.line("FAILS", fmt.Sprintf("%s: %s: %s", dir, f.Property, detail[0]))
	if len(f.Differences) == 0 && !strings.HasPrefix(detail[0], "panic: ") { // of which a stack follows
		for _, text := range detail[1:min(1+shown, len(detail))] {
			p.line("", text)
		}
	}
	for _, d := range f.Differences[:min(shown, len(f.Differences))] {
		text := fmt.Sprintf("%s at %s", d.Kind, d.Path)
		if d.Want != "" || d.Got != "" {
			text += fmt.Sprintf(": want %s, got %s", orNothing(d.Want), orNothing(d.Got))
		}
		if d.Detail != "" {
			text += ": " + d.Detail
		}
		p.line("", text)
	}
	if n := len(f.Differences) - shown; n > 0 {
		p.line("", fmt.Sprintf("… and %d more", n))
	}
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
