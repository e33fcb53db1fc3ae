package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"redrill/fuzz"
	"redrill/target"
)

func (a *app) replayCommand() *cobra.Command {
	var to targetFlags
	c := &cobra.Command{
		Use:   "replay DIR...",
		Short: "Run counterexamples again",
		Long: `Run counterexamples that ` + "`redrill fuzz`" + ` wrote again: decode snapshot.fsm and
compare it with expected.jsonl, write a dump and read it back, restore it to a
Redis, verify it, edit what is there and see that every edit is found. A folder
with these two files alone will do.

The status is 7 when one of them still fails, 0 when none does. No folder at all
is nothing to run: 0.`,
		Example: "  redrill replay fuzz-out/decode-7-120\n  redrill replay --target process testdata/counterexamples/*/",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.replay(c.Context(), args, &to)
		},
	}
	to.register(c.Flags(), target.Auto)
	if err := c.Flags().MarkHidden("connections"); err != nil {
		panic(err) // the flag is always there
	}
	return c
}

func (a *app) replay(ctx context.Context, dirs []string, to *targetFlags) error {
	cases := make([]fuzz.Case, 0, len(dirs))
	needed := false
	for _, dir := range dirs {
		c, err := fuzz.ReadCase(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		cases = append(cases, c)
		needed = needed || c.Must == fuzz.MustDecode
	}
	asOf := time.UnixMilli(time.Now().UnixMilli())
	var server *fuzz.Server
	if needed {
		t, err := a.openTarget(ctx, to, asOf)
		if err != nil {
			return err
		}
		defer a.closeTarget(t)
		s, err := fuzzServer(t)
		if err != nil {
			return err
		}
		server = &s
	}
	failed := 0
	p := &printer{w: a.stdout}
	for i, c := range cases {
		f, err := fuzz.Replay(ctx, c, server, asOf.UnixMilli())
		if errors.Is(err, fuzz.ErrServer) {
			err = fmt.Errorf("%w: %w", target.ErrUnreachable, err)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", dirs[i], err)
		}
		if f == nil {
			p.replayed(dirs[i], a.quiet)
			continue
		}
		failed++
		p.failed(dirs[i], f)
	}
	if p.err == nil && failed > 0 {
		return statusError(exitCounterexample)
	}
	return p.err
}

func (p *printer) replayed(dir string, quiet bool) {
	if !quiet {
		p.line("holds", dir)
	}
}

// failed prints a failure with the first of its differences.
func (p *printer) failed(dir string, f *fuzz.Failure) {
	const shown = 5
	detail, _, _ := strings.Cut(f.Detail, "\n") // without the stack of a panic
	p.line("FAILS", fmt.Sprintf("%s: %s: %s", dir, f.Property, detail))
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
