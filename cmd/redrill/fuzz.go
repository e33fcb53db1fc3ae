package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"redrill/fuzz"
	"redrill/fuzz/layout"
	"redrill/target"
)

// exitCounterexample is the status of a campaign that found something, and of a
// replay that still fails.
const exitCounterexample = 7

// fuzzSaveEvery is how often the state is saved, for a campaign that is killed.
const fuzzSaveEvery = 5 * time.Second

// fuzzFlags are the flags of a campaign.
type fuzzFlags struct {
	to        targetFlags
	commands  commandFlags
	duration  time.Duration
	seed      uint64
	scenarios int64
	workers   int
	out       string
	asJSON    bool
}

func (a *app) fuzzCommand() *cobra.Command {
	var flags fuzzFlags
	c := &cobra.Command{
		Use:   "fuzz",
		Short: "Hunt for losses with generated snapshots",
		Long: fmt.Sprintf(`Draw snapshots together with their expected keys, and check every stage with
each: decode, dump, restore to a real Redis, verify, edit the live state and check
that verify finds the edit. A failure is minimised and written as a folder that
`+"`redrill replay`"+` runs again.

A scenario is a pure function of the seed and its number. With --out the
campaign continues where the last one with the same directory ended. Each worker
has a server of its own. A URL is one server; it must be empty, and the campaign
leaves it empty.

--snapshot-format says whether the snapshots are those of elastickv (fsm) or the
files of Redis and Valkey (rdb); --format rdb is short for it. What of a file the
server has no commands for (arrays, values of modules) is not restored to it.

With --decode-cmd, --encode-cmd or --restore-cmd the campaign checks another
program's decoder, encoder or restorer with each snapshot, instead of redrill.
`+commandText+`

The campaign lists the features of the format that it drew too rarely, and all
features with --verbose. A campaign of at least %d scenarios ends with status 4 if
a feature stays under its floor.`, fuzz.FloorScenarios),
		Example: "  redrill fuzz --duration 10m --target process --out fuzz-out\n  redrill fuzz --scenarios 1000 --seed 7 --target docker\n" +
			"  redrill fuzz --format rdb --target process\n" +
			"  redrill fuzz --decode-cmd 'their-decoder --input {snapshot} --output {dump}' --format tree --container payload",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			seeded := c.Flags().Changed("seed")
			if !seeded {
				flags.seed = uint64(time.Now().UnixNano()) >> 10
			}
			if c.Flags().Changed("scenarios") && !c.Flags().Changed("duration") {
				flags.duration = 0 // the number is the bound
			}
			return a.fuzz(c.Context(), flags, seeded)
		},
	}
	flags.to.register(c.Flags(), target.Auto)
	flags.commands.register(c.Flags())
	flags.commands.snapshots.register(c.Flags())
	if err := c.Flags().MarkHidden("connections"); err != nil {
		panic(err) // the flag is always there
	}
	c.Flags().DurationVar(&flags.duration, "duration", time.Minute, "how long to run; 0 means no limit; with --scenarios alone there is no limit")
	c.Flags().Int64Var(&flags.scenarios, "scenarios", 0, "how many scenarios to run; 0 means no limit")
	c.Flags().Uint64Var(&flags.seed, "seed", 0, "seed of the campaign (default: the one saved in --out, else a random one)")
	c.Flags().IntVar(&flags.workers, "workers", runtime.NumCPU(), "how many scenarios to run at once, each with a server of its own")
	c.Flags().StringVarP(&flags.out, "out", "o", "", "directory of counterexamples and of the state to continue from (default .)")
	c.Flags().BoolVar(&flags.asJSON, "json", false, "print the result as JSON")
	return c
}

func (a *app) fuzz(ctx context.Context, flags fuzzFlags, seeded bool) error {
	switch {
	case flags.workers < 1:
		return usagef("--workers must be at least 1")
	case flags.scenarios < 0 || flags.duration < 0:
		return usagef("--duration and --scenarios must not be negative")
	case flags.to.spec == string(target.KindEmbedded):
		return usagef("an embedded imitation cannot tell what a Redis holds; use docker, process or a URL")
	}
	if err := flags.commands.check(&flags.to); err != nil {
		return err
	}
	snapshots := flags.commands.snapshots.layout()
	state, err := readFuzzState(flags.out, snapshots.Format(), flags.seed, seeded)
	if err != nil {
		return err
	}
	asOf := time.UnixMilli(time.Now().UnixMilli())
	campaign := fuzz.Campaign{
		Layout: snapshots, Seed: state.Seed, First: state.Next, Scenarios: flags.scenarios, Workers: flags.workers, AsOfMs: asOf.UnixMilli(),
	}
	var closeAll func()
	if flags.commands.any() {
		campaign.Commands, closeAll, err = a.fuzzCommands(&flags.commands, &flags.to)
	} else {
		campaign.Servers, closeAll, err = a.fuzzServers(ctx, flags, asOf)
	}
	if err != nil {
		return err
	}
	defer closeAll()
	// Nearly everything a scenario allocates is garbage when it ends.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	started := time.Now()
	show, done := a.fuzzProgress()
	saved := started
	update := func(r fuzz.Report) {
		show(r.Tally.Scenarios)
		if time.Since(saved) < fuzzSaveEvery {
			return
		}
		saved = time.Now()
		if err := state.after(r).write(flags.out); err != nil {
			a.log.Error("the state of the campaign is not saved", "error", err)
		}
	}
	campaign.More = func() bool { return flags.duration == 0 || time.Since(started) < flags.duration }
	campaign.Progress = update
	a.log.Debug("campaign", "seed", state.Seed, "first", state.Next, "servers", len(campaign.Servers), "commands", len(campaign.Commands))
	report, err := campaign.Run(ctx)
	done()
	outcome := fuzzOutcome{seconds: time.Since(started).Seconds(), run: report, state: state.after(report), flags: flags}
	return a.finishFuzz(ctx, outcome, err)
}

// fuzzServers starts or reaches a server for each worker.
func (a *app) fuzzServers(ctx context.Context, flags fuzzFlags, asOf time.Time) (servers []fuzz.Server, closeAll func(), err error) {
	var targets []*target.Target
	closeAll = func() {
		var group sync.WaitGroup
		for _, t := range targets {
			group.Go(func() { a.closeTarget(t) })
		}
		group.Wait()
	}
	for i := 0; i < flags.workers; i++ {
		t, err := a.openTarget(ctx, &flags.to, asOf)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		targets = append(targets, t)
		s, err := fuzzServer(t)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		servers = append(servers, s)
		if !t.Owned {
			break
		}
	}
	return servers, closeAll, nil
}

// fuzzServer returns the target as a campaign sees it.
func fuzzServer(t *target.Target) (fuzz.Server, error) {
	if t.Caps.Product != target.ProductRedis && t.Caps.Product != target.ProductValkey {
		return fuzz.Server{}, usagef("%s: a campaign needs a Redis or a Valkey", t.Description)
	}
	return fuzz.Server{
		Options: t.Options, Restore: restoreServer(t.Caps), Verify: verifyServer(t.Caps), Owned: t.Owned,
		NoScan: !t.Caps.Scan || !t.Caps.DBSize,
	}, nil
}

// fuzzOutcome is what a campaign came to.
type fuzzOutcome struct {
	run     fuzz.Report
	state   fuzzState // after it
	folder  string    // of the counterexample; "": none, or it could not be written
	seconds float64
	flags   fuzzFlags
}

// layout is the format of the snapshots of the campaign.
func (o fuzzOutcome) layout() layout.Layout { return o.flags.commands.snapshots.layout() }

// finishFuzz writes the state and the counterexample, prints the table and
// decides the status. The table is printed whatever ended the campaign.
func (a *app) finishFuzz(ctx context.Context, o fuzzOutcome, err error) error {
	if o.run.Failure != nil {
		var unwritten error
		o.folder, unwritten = o.run.Failure.Write(orHere(o.flags.out))
		err = errors.Join(err, unwritten)
	}
	err = errors.Join(err, o.state.write(o.flags.out))
	err = errors.Join(err, a.printFuzz(ctx, o, err))
	if o.run.Failure != nil && err != nil {
		a.say("error: %v", err)
	}
	return o.end(ctx, err)
}

// end returns the error that carries the status of a campaign; err is what went
// wrong beside what was found.
func (o fuzzOutcome) end(ctx context.Context, err error) error {
	switch {
	case o.run.Failure != nil:
		return statusError(exitCounterexample)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fuzz.ErrServer):
		return fmt.Errorf("%w: %w", target.ErrUnreachable, err)
	case err != nil:
		return err
	case len(fuzz.UnderFloor(o.layout(), o.state.Tally)) > 0:
		return statusError(exitCannotTell)
	}
	return nil
}

func orHere(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}
