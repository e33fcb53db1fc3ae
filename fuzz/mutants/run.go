package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Options says how to run the catalogue.
type Options struct {
	Module  string        // directory of go.mod
	Go      string        // the go command; "" means "go"
	Env     []string      // of the go command; REDIS_REQUIRED=1 makes a missing server no excuse
	Workers int           // mutants at a time; 0 means 2
	Timeout time.Duration // of one step; 0 means five minutes
	// Endless says that a step that takes much longer than without a mutant
	// kills it: ten times as long, and a minute at least.
	Endless bool
	Judged  map[string]Judgement // what is equivalent is not run; may be nil
	Now     func() time.Time     // never nil
	Each    func(Outcome)        // told every outcome, one at a time; may be nil
}

func (o Options) orDefault() Options {
	if o.Go == "" {
		o.Go = "go"
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	return o
}

// ErrBaseline means that the tests fail without any mutant, so that their
// failing with one would prove nothing.
var ErrBaseline = errors.New("the tests fail without a mutant")

// Run runs each mutant. Outcomes are in the order of the mutants. Before a
// failure of a step counts, the step has to pass without a mutant, which is
// tried once; otherwise the run ends with [ErrBaseline].
func Run(ctx context.Context, mutants []Mutant, opts Options) ([]Outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &run{opts: opts.orDefault(), cancel: cancel, baselines: map[Step]func() (time.Duration, error){}}
	outcomes := make([]Outcome, len(mutants))
	next := make(chan int)
	var told sync.Mutex
	var workers sync.WaitGroup
	for range r.opts.Workers {
		workers.Go(func() {
			for i := range next {
				outcomes[i] = r.try(ctx, mutants[i])
				if opts.Each != nil && ctx.Err() == nil {
					told.Lock()
					opts.Each(outcomes[i])
					told.Unlock()
				}
			}
		})
	}
	for i := range mutants {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return outcomes, context.Cause(ctx)
}

// run is the state of one call of Run.
type run struct {
	opts   Options
	cancel context.CancelCauseFunc

	mu        sync.Mutex
	baselines map[Step]func() (time.Duration, error) // each runs its step without an overlay, once
}

// baseline returns how long the step may take with a mutant, and an error unless
// it passes without one.
func (r *run) baseline(ctx context.Context, step Step) (time.Duration, error) {
	r.mu.Lock()
	passes := r.baselines[step]
	if passes == nil {
		passes = sync.OnceValues(func() (time.Duration, error) {
			start := r.opts.Now()
			output, err := test(ctx, step, "", r.opts.Timeout, r.opts)
			if err != nil {
				return 0, fmt.Errorf("%w: %s: %w\n%s", ErrBaseline, step, err, output)
			}
			if !r.opts.Endless {
				return r.opts.Timeout, nil
			}
			return min(r.opts.Timeout, max(time.Minute, 10*r.opts.Now().Sub(start))), nil
		})
		r.baselines[step] = passes
	}
	r.mu.Unlock()
	return passes()
}

// try applies one mutant and runs its suite until a test fails.
func (r *run) try(ctx context.Context, m Mutant) (o Outcome) {
	o.Mutant = m
	if r.opts.Judged[m.Name].Word == Equal {
		o.Verdict = Equivalent
		return o
	}
	start := r.opts.Now()
	defer func() { o.Took = r.opts.Now().Sub(start) }()
	dir, err := os.MkdirTemp("", "redrill-mutant-")
	if err != nil {
		o.Verdict, o.Detail = NotApplied, err.Error()
		return o
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is temporary
	overlay, err := m.overlay(r.opts.Module, dir)
	if err != nil {
		o.Verdict, o.Detail = NotApplied, err.Error()
		return o
	}
	o.Verdict = Survived
	for _, step := range m.Suite {
		timeout, err := r.baseline(ctx, step)
		if err != nil {
			r.cancel(err)
			return o
		}
		output, err := test(ctx, step, overlay, timeout, r.opts)
		switch got := read(output, err == nil); {
		case ctx.Err() != nil:
			return o
		case got.passed:
		case !got.built:
			o.Verdict, o.Detail = NotBuilt, output
			return o
		case got.timedOut && r.opts.Endless:
			o.Verdict, o.By = TimedOut, step.String()
			return o
		case got.timedOut:
			o.Verdict = NoVerdict
		default:
			o.Verdict, o.By = Killed, step.Package+" "+got.failed
			return o
		}
	}
	return o
}

// overlay writes the edited source and the overlay that puts it in place to
// dir, and returns the path of the overlay.
func (m *Mutant) overlay(module, dir string) (string, error) {
	module, err := filepath.Abs(module)
	if err != nil {
		return "", err
	}
	edited, err := m.Apply(os.DirFS(module))
	if err != nil {
		return "", err
	}
	original := filepath.Join(module, filepath.FromSlash(edited.File))
	copied := filepath.Join(dir, filepath.Base(original))
	if err := os.WriteFile(copied, []byte(edited.Text), 0o600); err != nil {
		return "", fmt.Errorf("write edited source: %w", err)
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {original: copied}})
	if err != nil {
		return "", fmt.Errorf("encode overlay: %w", err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, data, 0o600); err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	return overlay, nil
}

// compilerFlags spare half of the time to compile a mutant: its packages are
// compiled for each, and run once. Inlining and what debuggers read decide no test.
const compilerFlags = "-gcflags=./...=-l -dwarf=false"

// test runs one step. The error is that of the go command: tests that fail, or
// that cannot be built, or that cannot be run.
func test(ctx context.Context, step Step, overlay string, timeout time.Duration, opts Options) (output string, err error) {
	args := []string{"test", "-count=1", "-failfast", "-vet=off", compilerFlags, "-timeout=" + timeout.String()}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	if step.Run != "" {
		args = append(args, "-run="+step.Run)
	}
	cmd := exec.CommandContext(ctx, opts.Go, append(args, step.Package)...)
	cmd.Dir, cmd.Env = opts.Module, opts.Env
	cmd.WaitDelay = 10 * time.Second
	b, err := cmd.CombinedOutput()
	return string(b), err
}
