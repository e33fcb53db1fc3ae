package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"redrill/fuzz/fsmlayout"
)

type speedOptions struct {
	keys   int64
	rounds int
}

// speedFiles are the inputs of one run of speed.
type speedFiles struct {
	snapshot, dump, commands string
	snapshotBytes            int64
	commandCount             int64
	keys                     int64

	rdb      string // what a server saves that holds the keys
	rdbBytes int64
}

// stages are the measured series, in the order of the table.
type stages struct {
	decode, restore, pipe, verifyDump, verifySnapshot, drill series
	decodeRDB, inspectRDB, load, drillRDB                    series
}

func (b *bench) speed(ctx context.Context, w io.Writer, opts speedOptions) error {
	files, err := b.generate(opts.keys)
	if err != nil {
		return err
	}
	var s stages
	for round := range opts.rounds {
		progress("round %d of %d", round+1, opts.rounds)
		if err := b.round(ctx, &files, &s); err != nil {
			return err
		}
	}
	b.describe(ctx, w)
	fmt.Fprintf(w, "%d mixed keys (seed %d), snapshot %.0f MB, %d commands, %d rounds: median (smallest to largest).\n\n",
		files.keys, b.seed, float64(files.snapshotBytes)/1e6, files.commandCount, opts.rounds)
	s.print(w, files)
	return nil
}

func (b *bench) generate(keys int64) (files speedFiles, err error) {
	store := fsmlayout.Store{Seed: b.seed, N: keys, Profile: fsmlayout.ProfileMixed}
	files = speedFiles{
		snapshot: filepath.Join(b.dir, "bench.fsm"),
		dump:     filepath.Join(b.dir, "bench.jsonl"),
		commands: filepath.Join(b.dir, "bench.resp"),
		rdb:      filepath.Join(b.dir, "bench.rdb"),
		keys:     keys,
	}
	progress("generate %d mixed keys", keys)
	if files.snapshotBytes, err = writeSnapshot(files.snapshot, store); err != nil {
		return files, err
	}
	files.commandCount, err = writeCommands(files.commands, store)
	return files, err
}

// round measures every stage once. What a stage needs of the one before it is
// checked, so that no number stands for work that was not done.
func (b *bench) round(ctx context.Context, files *speedFiles, s *stages) error {
	if err := b.measure(ctx, &s.decode, "decode", files.snapshot, "-o", files.dump, "--quiet", "--force"); err != nil {
		return err
	}
	live, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer live.close()
	if err := b.measure(ctx, &s.restore, "restore", files.dump, "--target", live.url(), "--quiet"); err != nil {
		return err
	}
	if err := live.holds(ctx, files.keys); err != nil {
		return err
	}
	if err := b.measure(ctx, &s.verifyDump, "verify", files.dump, "--target", live.url(), "--quiet"); err != nil {
		return err
	}
	if err := b.measure(ctx, &s.verifySnapshot, "verify", files.snapshot, "--target", live.url(), "--quiet"); err != nil {
		return err
	}
	if files.rdbBytes, err = live.saved(ctx, files.rdb); err != nil {
		return err
	}
	live.close()
	if err := pipe(ctx, *files, &s.pipe); err != nil {
		return err
	}
	if err := b.measure(ctx, &s.drill, "drill", files.snapshot, "--target", "process", "--quiet"); err != nil {
		return err
	}
	return b.rdbRound(ctx, *files, s)
}

func (b *bench) measure(ctx context.Context, into *series, args ...string) error {
	u, err := execute(ctx, nil, b.redrill, args...)
	if err != nil {
		return err
	}
	into.add(u)
	return nil
}

// pipe measures redis-cli --pipe with the commands of restore.
func pipe(ctx context.Context, files speedFiles, into *series) error {
	live, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer live.close()
	commands, err := os.Open(files.commands)
	if err != nil {
		return err
	}
	defer func() { _ = commands.Close() }()
	u, err := execute(ctx, commands, "redis-cli", "-s", live.socket, "--pipe")
	if err != nil {
		return err
	}
	into.add(u)
	return live.holds(ctx, files.keys)
}

func (s *stages) print(w io.Writer, files speedFiles) {
	keys, megabytes := float64(files.keys), float64(files.snapshotBytes)/1e6
	row := func(name, speed string, peak int64) {
		fmt.Fprintf(w, "| %s | %s | %s |\n", name, speed, mebibytes(peak))
	}
	fmt.Fprint(w, "| Command | Speed | Peak memory |\n|---|---|---|\n")
	row("`decode FILE -o DUMP`", spread(s.decode.rates(megabytes), "%.0f")+" MB/s", s.decode.peak)
	row("`decode FILE -o DUMP`", spread(s.decode.rates(keys), "%.0f")+" keys/s", s.decode.peak)
	row("`restore DUMP`", spread(s.restore.rates(keys), "%.0f")+" keys/s", s.restore.peak)
	row("`redis-cli --pipe`, same commands", spread(s.pipe.rates(keys), "%.0f")+" keys/s", s.pipe.peak)
	row("restore : redis-cli", spread(ratios(s.restore.rates(keys), s.pipe.rates(keys)), "%.2f"), 0)
	row("`verify DUMP`", spread(s.verifyDump.rates(keys), "%.0f")+" keys/s", s.verifyDump.peak)
	row("`verify FILE`", spread(s.verifySnapshot.rates(keys), "%.0f")+" keys/s", s.verifySnapshot.peak)
	row("verify DUMP : restore", spread(ratios(s.verifyDump.rates(keys), s.restore.rates(keys)), "%.2f"), 0)
	row("`drill FILE --target process`", spread(s.drill.rates(keys), "%.0f")+" keys/s", 0) // its peak would be that of the redis-server it starts
	s.printRDB(row, files)
}

// describe prints what the numbers were measured with.
func (b *bench) describe(ctx context.Context, w io.Writer) {
	for _, command := range [][]string{{b.redrill, "version"}, {"redis-server", "--version"}} {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output(); err == nil {
			fmt.Fprintf(w, "%s  \n", strings.TrimSpace(string(out)))
		}
	}
	fmt.Fprintf(w, "%s/%s, %d cores%s  \n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor())
}

// processor returns the name of the processor where Linux tells it.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	_, after, found := strings.Cut(string(info), "model name\t: ")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(after, "\n")
	return ", " + name
}
