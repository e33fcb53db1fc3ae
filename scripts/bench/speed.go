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
	keys      int64
	rounds    int
	out       string // where the rounds are kept, in the format of Go benchmarks
	benchstat string // the program that summarises them
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
	fmt.Fprintf(w, "%d mixed keys (seed %d), snapshot %.0f MB, RDB file %.0f MB, %d commands, %d rounds.\n\n",
		files.keys, b.seed, float64(files.snapshotBytes)/1e6, float64(files.rdbBytes)/1e6, files.commandCount, opts.rounds)
	if err := s.keep(opts.out, files); err != nil {
		return err
	}
	if err := summarise(ctx, w, opts); err != nil {
		return err
	}
	s.print(w)
	return nil
}

// summarise prints what benchstat says of the rounds.
func summarise(ctx context.Context, w io.Writer, opts speedOptions) error {
	c := exec.CommandContext(ctx, opts.benchstat, opts.out)
	c.Stdout, c.Stderr = w, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", opts.benchstat, opts.out, err)
	}
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

// keep writes the rounds as lines of Go benchmarks.
func (s *stages) keep(path string, files speedFiles) error {
	var text strings.Builder
	fmt.Fprintf(&text, "goos: %s\ngoarch: %s\npkg: redrill\nUnit keys/s better=higher\nUnit MB/s better=higher\n", runtime.GOOS, runtime.GOARCH)
	for _, stage := range []struct {
		name  string
		of    *series
		bytes int64 // that are read; 0: not told
	}{
		{"Decode", &s.decode, files.snapshotBytes}, {"Restore", &s.restore, 0}, {"RedisCLIPipe", &s.pipe, 0},
		{"VerifyDump", &s.verifyDump, 0}, {"VerifySnapshot", &s.verifySnapshot, 0}, {"Drill", &s.drill, 0},
		{"DecodeRDB", &s.decodeRDB, files.rdbBytes}, {"InspectRDB", &s.inspectRDB, files.rdbBytes},
		{"ServerLoadsRDB", &s.load, files.rdbBytes}, {"DrillRDB", &s.drillRDB, 0},
	} {
		stage.of.lines(&text, stage.name, float64(files.keys), stage.bytes)
	}
	return os.WriteFile(path, []byte(text.String()), 0o666)
}

// print tells what is compared round by round, and how much memory was taken.
func (s *stages) print(w io.Writer) {
	fmt.Fprint(w, "\n| Round by round | Median (smallest to largest) |\n|---|---|\n")
	for _, row := range []struct {
		name string
		a, b *series // rates of a by those of b
	}{
		{"restore : redis-cli --pipe, keys/s", &s.restore, &s.pipe},
		{"verify DUMP : restore, keys/s", &s.verifyDump, &s.restore},
		{"decode dump.rdb with its dump : the server loads it, time", &s.load, &s.decodeRDB},
		{"inspect dump.rdb : the server loads it, time", &s.load, &s.inspectRDB},
	} {
		fmt.Fprintf(w, "| %s | %s |\n", row.name, spread(ratios(row.a.rates(1), row.b.rates(1)), "%.2f"))
	}
	fmt.Fprint(w, "\n| Command | Peak memory |\n|---|---|\n")
	for _, row := range []struct {
		name string
		of   *series
	}{
		{"decode FILE -o DUMP", &s.decode}, {"restore DUMP", &s.restore}, {"redis-cli --pipe", &s.pipe},
		{"verify DUMP", &s.verifyDump}, {"verify FILE", &s.verifySnapshot},
		{"decode dump.rdb -o DUMP", &s.decodeRDB}, {"inspect dump.rdb", &s.inspectRDB},
	} {
		fmt.Fprintf(w, "| `%s` | %s |\n", row.name, mebibytes(row.of.peak))
	}
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
