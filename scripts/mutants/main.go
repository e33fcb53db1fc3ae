// Command mutants plants every mistake of the catalogue, one at a time, and expects
// the tests to fail. It prints a Markdown table and ends with status 1 unless
// every mutant is killed, with status 2 when it could not tell.
//
// It is run in the module's root: go run ./scripts/mutants [-shard k/n].
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"redrill/fuzz/mutants"
)

func main() { os.Exit(run()) }

func run() int {
	shard := flag.String("shard", "", "run only part `k/n` of the catalogue")
	only := flag.String("only", "", "run only mutants whose name matches the `pattern`")
	workers := flag.Int("workers", 2, "mutants at a time")
	timeout := flag.Duration("timeout", 5*time.Minute, "of one package's tests")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	all, err := choose(*shard, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		return 2
	}
	outcomes, err := mutants.Run(ctx, all, mutants.Options{
		Module: ".", Workers: *workers, Timeout: *timeout, Now: time.Now,
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
		fmt.Fprintln(os.Stderr, "mutants:", err)
		return 2
	}
	if err := mutants.WriteTable(os.Stdout, outcomes); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		return 2
	}
	if !mutants.AllKilled(outcomes) {
		return 1
	}
	return 0
}

// choose loads the catalogue and picks what to run of it.
func choose(shard, only string) ([]mutants.Mutant, error) {
	all, err := mutants.Load(os.DirFS("fuzz/mutants/catalogue"))
	if err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(only)
	if err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	chosen := all[:0:0]
	for _, m := range all {
		if pattern.MatchString(m.Name) {
			chosen = append(chosen, m)
		}
	}
	if shard != "" {
		var k, n int
		if _, err := fmt.Sscanf(shard, "%d/%d", &k, &n); err != nil || k < 1 || k > n {
			return nil, fmt.Errorf("-shard %q is not k/n with 1 <= k <= n", shard)
		}
		chosen = mutants.Shard(chosen, k, n)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no mutant to run")
	}
	return chosen, nil
}
