package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"redrill/internal/secret"
	"redrill/verify/report"
)

// app is one invocation: its streams and the flags every command has.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	quiet   bool
	verbose bool
	log     *slog.Logger

	progressMode string
	stages       stages // of the command that runs; nil: not numbered
	record       record

	password string   // of the environment
	secrets  []string // that must not be shown
	scrubber *secret.Scrubber
}

// execute runs the command line and returns the exit status.
func (a *app) execute(ctx context.Context, args []string) int {
	a.password = takePassword()
	a.keepSecret(append(passwordsIn(args), a.password, urlPassword(os.Getenv("DOCKER_HOST")))...)
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	a.record = record{start: time.Now(), seconds: map[string]float64{}}
	c := root
	err := guard(func() (err error) {
		c, err = root.ExecuteContextC(ctx)
		return err
	})
	status := statusOf(ctx, err)
	a.explain(status, err)
	if ran, _, missing := root.Find([]string{a.record.command}); missing == nil {
		c = ran // also when it panicked
	}
	a.writeError(c, status, err)
	return status
}

// explain says on standard error what went wrong, once.
func (a *app) explain(status int, err error) {
	if saidAlready(err) {
		return
	}
	if status == exitInterrupted {
		a.say("error: interrupted")
		return
	}
	a.say("error: %v", err)
	if hint := hintOf(err); hint != "" {
		a.say("hint: %s", hint)
	}
	if bug, ok := errors.AsType[*internalError](err); ok {
		a.say("%s", bug.stack)
	}
}

// saidAlready reports whether nothing is to be said about err any more.
func saidAlready(err error) bool {
	var said statusError
	return err == nil || errors.As(err, &said)
}

// say writes a line to standard error. Nobody is left to be told if that fails.
func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintln(a.stderr, report.Visible(a.scrubber.Text(fmt.Sprintf(format, args...))))
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "redrill",
		Short: "Prove that a backup comes back",
		Long: `redrill runs restore drills: it decodes a snapshot, replays it into a real
Redis, reads everything back and compares it, both ways: every byte, every
order, every score bit, every expiry.

` + exitStatusHelp,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			a.record.command = c.Name()
			switch a.progressMode {
			case progressAuto, progressPlain, progressNone:
			default:
				return usagef("--progress %q is neither %s nor %s nor %s", a.progressMode, progressAuto, progressPlain, progressNone)
			}
			if a.quiet && a.verbose {
				return usagef("--quiet and --verbose contradict each other")
			}
			level := slog.LevelInfo
			if a.verbose {
				level = slog.LevelDebug
			}
			if a.quiet {
				level = slog.LevelError
			}
			a.log = slog.New(slog.NewTextHandler(scrubbedWriter{a}, &slog.HandlerOptions{Level: level, ReplaceAttr: dropTime}))
			a.logRedis()
			return nil
		},
	}
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "print results only")
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "say more on standard error")
	root.PersistentFlags().StringVar(&a.progressMode, "progress", progressAuto,
		"how progress is shown on standard error: auto (in place on a terminal, else plain), plain (a line every 30 s) or none")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{suggested(c, err)} })
	root.Version = versionText()
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(
		a.drillCommand(), a.decodeCommand(), a.restoreCommand(), a.verifyCommand(),
		a.inspectCommand(), a.doctorCommand(), a.versionCommand(),
		a.fuzzCommand(), a.replayCommand(), a.conformanceCommand(), a.generateCommand(),
	)
	for _, c := range root.Commands() {
		c.Long = strings.TrimSpace(c.Long) + "\n\n" + statusHelp(c.Name())
		c.Args = usageArgs(c.Args)
	}
	completions(root)
	root.Args = usageArgs(known)
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return root
}

// usageArgs makes a wrong number of arguments an error of usage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(c, args); err != nil {
			return usagef("%w; see `%s --help`", err, c.CommandPath())
		}
		return nil
	}
}

func dropTime(_ []string, attr slog.Attr) slog.Attr {
	if attr.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attr
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour reports whether w may be coloured: a terminal, and the user did not
// say otherwise (https://no-color.org).
func colour(w io.Writer) bool {
	return terminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// environmentColumns returns the width that COLUMNS asks for, or 0.
func environmentColumns() int {
	n, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return n
}
