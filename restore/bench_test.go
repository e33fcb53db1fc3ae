package restore_test

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"redrill/keyspace"
	"redrill/restore"
)

var (
	benchKeys        = flag.Int("restore.keys", 200_000, "keys that BenchmarkRestoreBesidePipe writes in each round")
	benchConnections = flag.Int("restore.connections", 0, "connections; 0 means the default")
)

// BenchmarkRestoreBesidePipe restores mixed keys into a fresh server and pipes
// the same commands into another with redis-cli --pipe, in alternating rounds
// (-benchtime 5x means five), and prints keys/s of both with the median ratio.
func BenchmarkRestoreBesidePipe(b *testing.B) {
	cli, err := exec.LookPath("redis-cli")
	if err != nil {
		b.Skip("no redis-cli on PATH")
	}
	keys := benchKeyspace(*benchKeys)
	file := filepath.Join(b.TempDir(), "commands.resp")
	writeRESP(b, file, keys)
	var runs, pipes, ratios []float64
	for b.Loop() {
		runtime.GC()
		run := float64(len(keys)) / timeRun(b, keys).Seconds()
		runtime.GC()
		pipe := float64(len(keys)) / timePipe(b, cli, file, len(keys)).Seconds()
		runs, pipes, ratios = append(runs, run), append(pipes, pipe), append(ratios, run/pipe)
		b.Logf("restore %.0f keys/s, redis-cli --pipe %.0f keys/s, ratio %.2f", run, pipe, run/pipe)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(runs), "keys/s")
	b.ReportMetric(median(pipes), "pipe-keys/s")
	b.ReportMetric(median(ratios), "ratio")
}

func median(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

var benchServer = restore.Server{XSetID: true, MaxDeletedID: true, SetPXAT: true}

func timeRun(b *testing.B, keys []keyspace.Key) time.Duration {
	b.Helper()
	s := startServer(b)
	start := time.Now()
	result, err := restore.Run(b.Context(), s.options(), seqOf(keys...),
		restore.Options{Server: benchServer, Connections: *benchConnections})
	took := time.Since(start)
	if err != nil || result.Keys != int64(len(keys)) {
		b.Fatalf("Run = %+v, %v", result, err)
	}
	checkCount(b, s, len(keys))
	return took
}

func timePipe(b *testing.B, cli, file string, keys int) time.Duration {
	b.Helper()
	s := startServer(b)
	in, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	cmd := exec.Command(cli, "-s", s.Socket, "--pipe")
	cmd.Stdin = in
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	if err != nil {
		b.Fatalf("redis-cli --pipe: %v\n%s", err, out)
	}
	checkCount(b, s, keys)
	return took
}

func checkCount(b *testing.B, s *server, keys int) {
	b.Helper()
	n, err := s.client(b).Do(b.Context(), "DBSIZE").Int()
	if err != nil || n != keys {
		b.Fatalf("DBSIZE = %d, %v, want %d", n, err, keys)
	}
	s.Stop()
}

func writeRESP(b *testing.B, file string, keys []keyspace.Key) {
	b.Helper()
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for _, k := range keys {
		for _, c := range restore.Commands(k, benchServer) {
			fmt.Fprintf(w, "*%d\r\n", len(c.Args))
			for _, arg := range c.Args {
				fmt.Fprintf(w, "$%d\r\n%s\r\n", len(arg), arg)
			}
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// benchKeyspace returns n keys of every type with small values, a tenth of them
// with an expire time.
func benchKeyspace(n int) []keyspace.Key {
	rnd := rand.New(rand.NewPCG(1, 2))
	keys := make([]keyspace.Key, 0, n)
	for i := range n {
		k := keyspace.Key{Name: "key:" + strconv.Itoa(i), Value: benchValue(rnd)}
		if rnd.IntN(10) == 0 {
			k.ExpireAt = keyspace.ExpireAtMs(4_000_000_000_000 + int64(i))
		}
		keys = append(keys, k)
	}
	return keys
}

func benchValue(rnd *rand.Rand) keyspace.Value {
	text := func(prefix string, i int) string { return prefix + strconv.Itoa(i) + strconv.Itoa(rnd.IntN(1e9)) }
	names := func() []string {
		v := make([]string, 1+rnd.IntN(10))
		for i := range v {
			v[i] = text("element:", i)
		}
		return v
	}
	switch rnd.IntN(20) {
	case 0, 1, 2:
		var v keyspace.Hash
		for i, name := range names() {
			v = append(v, keyspace.Field{Name: name, Value: text("value:", i)})
		}
		return v
	case 3, 4:
		return keyspace.List(names())
	case 5, 6:
		return keyspace.Set(names())
	case 7, 8:
		var v keyspace.ZSet
		for _, name := range names() {
			v = append(v, keyspace.Member{Name: name, Score: rnd.Float64() * 1000})
		}
		return v
	case 9:
		return keyspace.HyperLogLog(names())
	case 10:
		v := keyspace.Stream{LastID: keyspace.ID{Ms: 2e12}}
		for i, name := range names() {
			v.Entries = append(v.Entries, keyspace.Entry{ID: keyspace.ID{Ms: 1e12 + uint64(i)},
				Pairs: []keyspace.Pair{{Field: "field", Value: name}}})
		}
		return v
	}
	return keyspace.String(text("some value of a string ", rnd.IntN(100)))
}
