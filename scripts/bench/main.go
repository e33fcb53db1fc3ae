package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// bench is one invocation.
type bench struct {
	redrill string // path of the binary under test
	dir     string // scratch directory, removed at the end
	seed    uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) == 0 {
		return fmt.Errorf("want bench speed or bench memory")
	}
	var b bench
	flags := flag.NewFlagSet("bench "+args[0], flag.ExitOnError)
	flags.StringVar(&b.redrill, "redrill", "bin/redrill", "the binary to measure")
	flags.Uint64Var(&b.seed, "seed", 1, "seed of the generated snapshots")
	parent := flags.String("dir", "", "where scratch files go; default is the system's temporary directory")
	var speed speedOptions
	var memory memoryOptions
	switch args[0] {
	case "speed":
		flags.Int64Var(&speed.keys, "keys", 1_000_000, "keys of the snapshot")
		flags.IntVar(&speed.rounds, "rounds", 6, "rounds; benchstat wants six at least")
		flags.StringVar(&speed.out, "out", "build/bench.txt", "keep the rounds in this file, in the format of Go benchmarks")
		flags.StringVar(&speed.benchstat, "benchstat", "build/tools/benchstat", "the benchstat that summarises them")
	case "memory":
		flags.Int64Var(&memory.keys, "keys", 2_000_000, "keys of the mixed snapshot, about 1.3 kB each; 0 skips it")
		flags.Int64Var(&memory.elements, "elements", 50_000_000, "elements of the one big key; 0 skips it")
		flags.StringVar(&memory.types, "types", "set", "types of the one big key, separated by commas: hash, list, set, zset, stream")
		flags.StringVar(&memory.rdbTypes, "rdb", "set,list,stream", "types of the one big key of RDB files, separated by commas: hash, list, set, zset, stream")
		flags.Int64Var(&memory.limitMiB, "limit", 256, "fail when the peak is above this many MiB")
	default:
		return fmt.Errorf("%q is neither speed nor memory", args[0])
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(*parent, "redrill-bench-"); err != nil {
		return err
	}
	defer func() {
		if gone := os.RemoveAll(b.dir); err == nil {
			err = gone
		}
	}()
	if args[0] == "speed" {
		return b.speed(ctx, os.Stdout, speed)
	}
	return b.memory(ctx, os.Stdout, memory)
}

// progress says on standard error what takes its time.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
