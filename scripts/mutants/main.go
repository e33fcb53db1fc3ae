// Command mutants plants mistakes, one at a time, and expects the tests to fail:
// every one of the catalogue, or with -drawn random edits of the product. It
// prints a Markdown table. It ends with status 1 unless every mutant of the
// catalogue is killed, or enough of those drawn; with status 2 when it could not
// tell.
//
// It is run in the module's root: go run ./scripts/mutants [-shard k/n], or
// go run ./scripts/mutants -drawn n -seed s [-in pattern].
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"syscall"
	"time"

	"redrill/fuzz/mutants"
	"redrill/fuzz/mutants/edits"
)

// judgedFile holds what was thought of drawn mutants that survived.
const judgedFile = "fuzz/mutants/judged.txt"

func main() { os.Exit(run()) }

type flags struct {
	shard, only, in, survived string
	drawn, steps, workers     int
	seed                      uint64
	goal                      float64
	timeout                   time.Duration
}

func parse() (f flags) {
	flag.StringVar(&f.shard, "shard", "", "run only part `k/n` of the mutants")
	flag.StringVar(&f.only, "only", "", "run only mutants whose name matches the `pattern`")
	flag.IntVar(&f.workers, "workers", 2, "mutants at a time")
	flag.DurationVar(&f.timeout, "timeout", 5*time.Minute, "of one package's tests")
	flag.IntVar(&f.drawn, "drawn", 0, "draw this many edits instead of running the catalogue")
	flag.Uint64Var(&f.seed, "seed", 1, "what the draw depends on, with the sources")
	flag.StringVar(&f.in, "in", "", "draw only from directories that match the `pattern`")
	flag.IntVar(&f.steps, "steps", 0, "run only so many steps of each suite, for a quick look; 0 is all")
	flag.StringVar(&f.survived, "survived", "", "append what survived and is not judged yet to this `file`")
	flag.Float64Var(&f.goal, "goal", 95, "how many percent of drawn mutants have to be killed")
	flag.Parse()
	return f
}

func run() int {
	f := parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	status, err := f.run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	return status
}

func (f *flags) run(ctx context.Context) (status int, err error) {
	all, err := f.load(ctx)
	if err != nil {
		return 2, err
	}
	if all, err = f.choose(all); err != nil {
		return 2, err
	}
	var judged map[string]mutants.Judgement
	if f.drawn > 0 {
		if judged, err = readJudged(); err != nil {
			return 2, err
		}
	}
	outcomes, err := mutants.Run(ctx, all, mutants.Options{
		Module: ".", Workers: f.workers, Timeout: f.timeout, Now: time.Now, Endless: f.drawn > 0, Judged: judged,
		// No mistake needs a container to show, and starting one takes long.
		Env: append(os.Environ(), "REDIS_REQUIRED=1", "DOCKER_REQUIRED=", "REDRILL_TEST_IMAGE=none"),
		Each: func(o mutants.Outcome) {
			fmt.Fprintf(os.Stderr, "%-16s %6.1fs  %s  %s\n", o.Verdict, o.Took.Seconds(), o.Mutant.Name, o.By)
			if o.Detail != "" {
				fmt.Fprintln(os.Stderr, o.Detail)
			}
		},
	})
	if err != nil {
		return 2, err
	}
	if f.drawn == 0 {
		if err := mutants.WriteTable(os.Stdout, outcomes); err != nil {
			return 2, err
		}
		if !mutants.AllKilled(outcomes) {
			return 1, nil
		}
		return 0, nil
	}
	if err := mutants.WriteDrawn(os.Stdout, outcomes, judged); err != nil {
		return 2, err
	}
	if err := f.keep(outcomes, judged); err != nil {
		return 2, err
	}
	if share := 100 * mutants.Share(outcomes); share < f.goal {
		return 1, fmt.Errorf("%.1f %% were killed, want %g %%", share, f.goal)
	}
	return 0, nil
}

// load returns the catalogue, or what is drawn.
func (f *flags) load(ctx context.Context) ([]mutants.Mutant, error) {
	if f.drawn == 0 {
		return mutants.Load(os.DirFS("fuzz/mutants/catalogue"))
	}
	pattern, err := regexp.Compile(f.in)
	if err != nil {
		return nil, fmt.Errorf("-in: %w", err)
	}
	dirs := slices.DeleteFunc(mutants.Directories(), func(dir string) bool { return !pattern.MatchString(dir) })
	if len(dirs) == 0 {
		return nil, fmt.Errorf("-in %q matches none of %q", f.in, mutants.Directories())
	}
	all, err := edits.Load(ctx, ".", dirs, os.Environ())
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "%d edits in %q\n", len(all), dirs)
	return mutants.Draw(all, f.drawn, f.seed), nil
}

// choose picks what to run.
func (f *flags) choose(all []mutants.Mutant) ([]mutants.Mutant, error) {
	pattern, err := regexp.Compile(f.only)
	if err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	chosen := all[:0:0]
	for _, m := range all {
		if f.steps > 0 {
			m.Suite = m.Suite[:min(f.steps, len(m.Suite))]
		}
		if pattern.MatchString(m.Name) {
			chosen = append(chosen, m)
		}
	}
	if f.shard != "" {
		var k, n int
		if _, err := fmt.Sscanf(f.shard, "%d/%d", &k, &n); err != nil || k < 1 || k > n {
			return nil, fmt.Errorf("-shard %q is not k/n with 1 <= k <= n", f.shard)
		}
		chosen = mutants.Shard(chosen, k, n)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no mutant to run")
	}
	return chosen, nil
}

func readJudged() (judged map[string]mutants.Judgement, err error) {
	file, err := os.Open(judgedFile)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if judged, err = mutants.ReadJudged(file); err != nil {
		return nil, fmt.Errorf("%s: %w", judgedFile, err)
	}
	return judged, nil
}

// keep appends what survived to the file of -survived.
func (f *flags) keep(outcomes []mutants.Outcome, judged map[string]mutants.Judgement) (err error) {
	if f.survived == "" {
		return nil
	}
	file, err := os.OpenFile(f.survived, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return mutants.WriteOpen(file, outcomes, judged)
}
