package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"

	"redrill/fuzz/fsmtest"
	"redrill/internal/atomicfile"
	"redrill/internal/compress"
	"redrill/target/elastickvtest"
)

// scriptCommands are the commands of scripts beyond those of testscript:
//
//	status N PROGRAM ARGS…      run a program, which must end with status N
//	alone N ARGS…               run redrill with no other program on its PATH; status N
//	server NAME ARGS…           start a redis-server; $NAME is its URL, $NAME_socket its socket
//	elastickv NAME              start an elastickv look-alike; $NAME is its URL
//	redis NAME [-nDB] ARGS…     send a command; arguments may hold Go escapes
//	expireat NAME KEY MS        set an absolute expire time in an elastickv
//	drained NAME KEY TYPE       make a key an empty collection in an elastickv
//	snapshot FILE KIND          write a snapshot, see snapshots
//	cut FROM TO N               copy the first N bytes; with N < 0 all but the last -N
//	flip FROM TO OFFSET         copy with one bit flipped
//	compress FROM TO            copy, compressed by the name of TO
//	decompress FROM TO          copy, decompressed
//	hardlink FROM TO            give a file a second name
//	mode FILE OCTAL             the file must have these permissions
//	files DIR NAMES…            the directory must hold exactly these names
//	lines FILE N                the file must have N lines
//	no-secret WORDS…            no word may be in the output of the last command
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"status":     scriptStatus,
	"alone":      scriptAlone,
	"server":     scriptServer,
	"elastickv":  scriptElastickv,
	"redis":      scriptRedis,
	"expireat":   func(ts *testscript.TestScript, _ bool, args []string) { scriptExpireAt(ts, args) },
	"drained":    func(ts *testscript.TestScript, _ bool, args []string) { fake(ts, args[0]).SetEmpty(args[1], args[2]) },
	"snapshot":   scriptSnapshot,
	"bytes":      func(ts *testscript.TestScript, _ bool, args []string) { scriptBytes(ts, args) },
	"cut":        scriptCut,
	"flip":       scriptFlip,
	"compress":   scriptCompress,
	"decompress": scriptDecompress,
	"hardlink": func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(os.Link(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
	},
	"mode":      scriptMode,
	"files":     scriptFiles,
	"lines":     scriptLines,
	"no-secret": scriptNoSecret,
}

// scriptBytes writes a file of bytes in the notation of Go strings.
func scriptBytes(ts *testscript.TestScript, args []string) {
	arguments(ts, false, args, 2)
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, []byte(text), 0o600))
}

// arguments ends the script when a command has too few.
func arguments(ts *testscript.TestScript, neg bool, args []string, n int) {
	if neg {
		ts.Fatalf("this command cannot be negated")
	}
	if len(args) < n {
		ts.Fatalf("want at least %d arguments, got %d", n, len(args))
	}
}

func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	exit, failed := errors.AsType[*exec.ExitError](err)
	if err != nil && !failed {
		ts.Fatalf("run %s: %v", args[1], err)
	}
	got := 0
	if failed {
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
	if words := ts.ReadFile("stderr"); strings.Contains(words, "panic:") || strings.Contains(words, "goroutine ") {
		ts.Fatalf("the program panicked")
	}
}

func scriptAlone(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	program, err := exec.LookPath("redrill")
	ts.Check(err)
	path := ts.Getenv("PATH")
	ts.Setenv("PATH", filepath.Dir(program))
	scriptStatus(ts, false, append([]string{args[0], program}, args[1:]...))
	ts.Setenv("PATH", path)
}

// tb returns the test of a script.
func tb(ts *testscript.TestScript) testing.TB { return ts.Value(testKey{}).(testing.TB) }

type testKey struct{}

func scriptServer(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	s := startServer(tb(ts), args[1:]...)
	ts.Setenv(args[0], "unix://"+s.socket)
	ts.Setenv(args[0]+"_socket", s.socket)
}

// fakes holds the elastickv look-alikes of a script, by name.
type fakes map[string]*elastickvtest.Server

type fakesKey struct{}

func fake(ts *testscript.TestScript, name string) *elastickvtest.Server {
	s := ts.Value(fakesKey{}).(fakes)[name]
	if s == nil {
		ts.Fatalf("no elastickv %q", name)
	}
	return s
}

func scriptElastickv(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	s := elastickvtest.Start(tb(ts))
	ts.Value(fakesKey{}).(fakes)[args[0]] = s
	ts.Setenv(args[0], s.URL())
}

func scriptExpireAt(ts *testscript.TestScript, args []string) {
	arguments(ts, false, args, 3)
	ms, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	fake(ts, args[0]).SetExpireAt(args[1], ms)
}

func scriptRedis(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	opts, err := redis.ParseURL(ts.Getenv(args[0]))
	ts.Check(err)
	opts.Protocol, opts.MaxRetries, opts.DisableIdentity = 2, -1, true
	args = args[1:]
	if db, ok := strings.CutPrefix(args[0], "-n"); ok {
		opts.DB, err = strconv.Atoi(db)
		ts.Check(err)
		args = args[1:]
	}
	client := redis.NewClient(opts)
	defer client.Close()
	command := make([]any, 0, len(args))
	for _, a := range args {
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(a, `"`, `\"`) + `"`)
		ts.Check(err)
		command = append(command, text)
	}
	reply, err := client.Do(tb(ts).Context(), command...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		ts.Fatalf("redis %q: %v", command, err)
	}
	_, err = fmt.Fprintf(ts.Stdout(), "%v\n", reply)
	ts.Check(err)
}

func write(ts *testscript.TestScript, name string, b []byte) {
	ts.Check(os.WriteFile(ts.MkAbs(name), b, 0o600))
}

func scriptSnapshot(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	file, ok := snapshots[args[1]]
	if !ok {
		ts.Fatalf("no snapshot %q", args[1])
	}
	write(ts, args[0], file())
}

func scriptCut(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 3)
	b := ts.ReadFile(args[0])
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	if n < 0 {
		n += len(b)
	}
	write(ts, args[1], []byte(b[:n]))
}

func scriptFlip(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 3)
	at, err := strconv.Atoi(args[2])
	ts.Check(err)
	write(ts, args[1], fsmtest.FlipBit([]byte(ts.ReadFile(args[0])), at, 0))
}

func scriptCompress(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	f, err := atomicfile.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	_, err = f.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(f.Commit())
}

func scriptDecompress(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	f, err := compress.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := io.ReadAll(f)
	ts.Check(err)
	ts.Check(f.Close())
	write(ts, args[1], b)
}

func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("mode of %s = %s, want %s", args[0], got, args[1])
	}
}

func scriptFiles(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), strings.Join(args[1:], " "); got != want {
		ts.Fatalf("files in %s: %q, want %q", filepath.Base(args[0]), got, want)
	}
}

func scriptLines(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	if got := strconv.Itoa(strings.Count(ts.ReadFile(args[0]), "\n")); got != args[1] {
		ts.Fatalf("%s has %s lines, want %s", args[0], got, args[1])
	}
}

func scriptNoSecret(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	for _, word := range args {
		for _, stream := range []string{"stdout", "stderr"} {
			if regexp.MustCompile(`(?i)` + regexp.QuoteMeta(word)).MatchString(ts.ReadFile(stream)) {
				ts.Fatalf("%s holds the secret %q", stream, word)
			}
		}
	}
}
