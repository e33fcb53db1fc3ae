package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"redrill/internal/redistest"
)

// child is the command as a process of its own, with a private directory for
// temporary files.
type child struct {
	*exec.Cmd
	tmp    string
	output bytes.Buffer
}

func newChild(tb testing.TB, args ...string) *child {
	tb.Helper()
	c := &child{Cmd: exec.Command("redrill", args...), tmp: tb.TempDir()}
	c.Env = append(os.Environ(), "TMPDIR="+c.tmp)
	c.Stdout, c.Stderr = &c.output, &c.output
	c.WaitDelay = 10 * time.Second
	return c
}

func (c *child) start(tb testing.TB) {
	tb.Helper()
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Process.Kill() }) // an error means that it has ended
}

// wantInterrupted waits for the end of the child, which must come soon, with
// status 130, and leave no temporary file.
func (c *child) wantInterrupted(tb testing.TB) {
	tb.Helper()
	impatience := time.AfterFunc(hung, func() { _ = c.Process.Kill() })
	defer impatience.Stop()
	_ = c.Wait() // the status says it
	if status := c.ProcessState.ExitCode(); status != exitInterrupted {
		tb.Errorf("%v, want status %d\n%s", c.ProcessState, exitInterrupted, &c.output)
	}
	if !strings.Contains(c.output.String(), "error: interrupted\n") {
		tb.Errorf("output %q, want to read that it was interrupted", &c.output)
	}
	if left := entries(tb, c.tmp); len(left) > 0 {
		tb.Errorf("left behind: %q", left)
	}
}

var signals = interrupts()

// TestInterruptedByAServerThatStalls: an interrupt ends a command although its
// server does not answer.
func TestInterruptedByAServerThatStalls(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	for _, verb := range []string{"restore", "verify", "drill"} {
		all := traffic(t, startFor(t, verb, snapshot), verb, snapshot)
		for i, percent := range []int64{0, 40, 90} {
			t.Run(fmt.Sprintf("%s at %d", verb, percent), func(t *testing.T) {
				s := startFor(t, verb, snapshot)
				t.Parallel() // from here on in processes of their own
				started := make(chan *os.Process, 1)
				p := startProxy(t, s.socket, trap{commands, 1 + all[commands]*percent/100, stall(t.Context().Done(), func() {
					_ = (<-started).Signal(signals[i%len(signals)]) // an error shows as a wrong status
				})})
				c := newChild(t, verb, snapshot, "--target", p.url())
				c.start(t)
				started <- c.Process
				c.wantInterrupted(t)
				if err := s.client(t, 0).Ping(t.Context()).Err(); err != nil {
					t.Errorf("the server of the user is gone: %v", err)
				}
			})
		}
	}
}

// TestInterruptedOwnServer: an interrupt in the middle of a drill leaves neither
// its server nor its directory.
func TestInterruptedOwnServer(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	all := traffic(t, startServer(t), "drill", snapshot)
	for i, percent := range []int64{0, 10, 50, 95} {
		t.Run(fmt.Sprint(percent), func(t *testing.T) {
			t.Parallel()
			w := wrapServer(t)
			c := newChild(t, "drill", snapshot, "--target", "process")
			c.Env = append(c.Env, "PATH="+w.dir+":"+os.Getenv("PATH"))
			c.start(t)
			server, socket := w.started(t)
			startProxyAt(t, "unix", socket, w.socket(), trap{commands, 1 + all[commands]*percent/100,
				stall(t.Context().Done(), func() { _ = c.Process.Signal(signals[i%len(signals)]) })})
			c.wantInterrupted(t)
			if err := syscall.Kill(server, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("the server still runs: %v", err)
			}
		})
	}
}

// TestKilledOwnServer: the server of a drill dies with it even after a kill -9;
// the directory that stays is what doctor removes.
func TestKilledOwnServer(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	all := traffic(t, startServer(t), "drill", snapshot)
	w := wrapServer(t)
	c := newChild(t, "drill", snapshot, "--target", "process")
	c.Env = append(c.Env, "PATH="+w.dir+":"+os.Getenv("PATH"))
	c.start(t)
	_, socket := w.started(t)
	p := startProxyAt(t, "unix", socket, w.socket(), trap{commands, all[commands] / 2,
		stall(t.Context().Done(), func() { _ = c.Process.Kill() })})
	_ = c.Wait() // killed
	awaitRefusal(t, w.socket())
	if l, ok := p.listener.(*net.UnixListener); ok {
		l.SetUnlinkOnClose(false) // as the socket of a killed server
	}
	_ = p.listener.Close() // the proxy is in its way

	dir := filepath.Dir(socket)
	t.Setenv("TMPDIR", c.tmp)
	for _, args := range [][]string{{"doctor"}, {"doctor", "--clean"}} {
		if status, out := redrill(t, args...); status != exitVerified || !strings.Contains(out, dir) {
			t.Errorf("%q ended with %d, want it to name %s:\n%s", args, status, dir, out)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// awaitRefusal waits until nobody listens at a socket.
func awaitRefusal(tb testing.TB, socket string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), hung)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return
		}
		_ = conn.Close() // it has served its purpose
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatal("the server still runs")
		}
	}
}

// wrapper is a redis-server on a PATH that says where it listens and listens
// elsewhere, so that the test can stand in between.
type wrapper struct{ dir, fifo string }

func wrapServer(tb testing.TB) wrapper {
	tb.Helper()
	program := redistest.Program(tb)
	w := wrapper{dir: tb.TempDir()}
	w.fifo = filepath.Join(w.dir, "fifo")
	if err := syscall.Mkfifo(w.fifo, 0o600); err != nil {
		tb.Fatal(err)
	}
	// redrill's arguments are --port 0 --unixsocket PATH …; the last one counts.
	script := "#!/bin/sh\necho $$ \"$4\" > " + w.fifo + "\nexec " + program + " \"$@\" --unixsocket " + w.socket() + "\n"
	if err := os.WriteFile(filepath.Join(w.dir, "redis-server"), []byte(script), 0o700); err != nil {
		tb.Fatal(err)
	}
	return w
}

// socket is where the server really listens: outside the directory of redrill,
// in which nothing stands that redrill did not put there.
func (w wrapper) socket() string { return filepath.Join(w.dir, "redis.sock") }

// started waits for the start of the server.
func (w wrapper) started(tb testing.TB) (pid int, socket string) {
	tb.Helper()
	f, err := os.Open(w.fifo) // waits for the writer
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fscan(f, &pid, &socket); err != nil {
		tb.Fatalf("read the place of the server: %v", err)
	}
	return pid, socket
}

// TestInterruptedWhileReading: an interrupt ends a command that waits for its
// standard input.
func TestInterruptedWhileReading(t *testing.T) {
	file := snapshots["types"]()
	for _, args := range []string{"decode - -o OUT/dump.jsonl", "decode - -o -", "inspect -", "drill - --target embedded --diffs OUT/diffs.jsonl"} {
		t.Run(args, func(t *testing.T) {
			out := t.TempDir()
			c := newChild(t, strings.Fields(strings.ReplaceAll(args, "OUT", out))...)
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			c.Stdin = r
			c.start(t)
			// More than a pipe holds: when all is written, the child reads.
			for range 1 + 1<<17/len(file) {
				if _, err := w.Write(file); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			c.wantInterrupted(t)
			if left := entries(t, out); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// countdown is a context that ends at the n-th look at it.
type countdown struct {
	context.Context
	left   atomic.Int64
	cancel context.CancelFunc
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestInterruptedAnywhere interrupts decoding at every place where it looks for
// an interrupt: the status is 130 and nothing is left.
func TestInterruptedAnywhere(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	plain := writeSnapshot(t, snapshotOf(t, guaranteeKeys()...))
	dumped := filepath.Join(t.TempDir(), "dump.jsonl.zst")
	if status, out := redrill(t, "decode", plain, "-o", dumped); status != exitVerified {
		t.Fatalf("decode ended with %d:\n%s", status, out)
	}
	for _, args := range [][]string{
		{"decode", plain, "-o", filepath.Join(dir, "dump.jsonl.zst")},
		{"decode", dumped, "-o", filepath.Join(dir, "dump.jsonl")},
		{"inspect", plain},
	} {
		t.Run(filepath.Base(args[0])+" "+filepath.Base(args[1]), func(t *testing.T) {
			places := 0
			for n := int64(0); ; n++ {
				ctx, cancel := context.WithCancel(t.Context())
				counted := &countdown{Context: ctx, cancel: cancel}
				counted.left.Store(n)
				a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
				status := a.execute(counted, args)
				ended := ctx.Err() != nil
				cancel()
				if !ended && status == exitVerified {
					break
				}
				left := entries(t, dir)
				if status != exitInterrupted && status != exitVerified || status == exitInterrupted && len(left) > 0 {
					t.Fatalf("interrupted at look %d: status %d, want %d; left: %q", n, status, exitInterrupted, left)
				}
				places++
			}
			if places < 2 {
				t.Errorf("%d places, want more", places)
			}
			t.Logf("%d places", places)
			for _, name := range entries(t, dir) {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if left := entries(t, os.TempDir()); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
