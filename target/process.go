package target

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"redrill/internal/owner"
)

// serverNames are the programs the process target looks for, in this order.
var serverNames = [...]string{"redis-server", "valkey-server"}

// maxSocketPath is the longest path of a unix socket that works everywhere
// (sun_path holds 104 bytes on the BSDs, 108 on Linux, with a final NUL).
const maxSocketPath = 100

// findServer returns the path of the first server program on PATH.
func findServer() (string, error) {
	for _, name := range serverNames {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: neither %s is on PATH", ErrUnreachable, strings.Join(serverNames[:], " nor "))
}

// openProcess starts a server program on a unix socket in a private directory.
func openProcess(ctx context.Context, opts Options) (*Target, error) {
	program, err := findServer()
	if err != nil {
		return nil, err
	}
	dir, err := privateDir(opts.TempDir)
	if err != nil {
		return nil, err
	}
	startCtx, cancel := context.WithTimeout(ctx, opts.loadTimeout())
	defer cancel()
	p, since, err := startServer(startCtx, program, dir, opts)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	t := &Target{
		Kind:        KindProcess,
		Options:     baseOptions("unix", p.socket),
		Owned:       true,
		Description: p.socket,
		release:     func() error { p.kill(); return os.RemoveAll(dir) },
		died:        p.died,
	}
	if opts.Load != nil {
		t.loaded(since, p.loadLog(ctx))
	}
	return finish(ctx, t, opts)
}

// privateDir makes a directory that only the user can enter and whose name is
// short enough for a socket in it.
func privateDir(parent string) (string, error) {
	dir, err := owner.MakeDirectory(parent, dirPrefix)
	if err == nil && len(filepath.Join(dir, socketName)) > maxSocketPath {
		if err := os.RemoveAll(dir); err != nil {
			return "", fmt.Errorf("remove temporary directory: %w", err)
		}
		dir, err = owner.MakeDirectory("/tmp", dirPrefix)
	}
	if err != nil {
		return "", fmt.Errorf("%w: make private directory: %w", ErrUnreachable, err)
	}
	return dir, nil
}

// process is a running server program.
type process struct {
	socket string
	log    *tail
	done   chan struct{} // closed when the program has ended
	cmd    *exec.Cmd
}

// startServer starts program in dir, with a file if opts has one, and waits until
// it answers. A version that does not know enable-debug-command is started again
// without it. Since is when the server that answers was started.
func startServer(ctx context.Context, program, dir string, opts Options) (p *process, since time.Time, err error) {
	load := opts.Load
	name := rand.Text()
	if load != nil {
		if err := load.into(dir, name); err != nil {
			return nil, since, err
		}
	}
	args := []string{
		"--port", "0", "--unixsocket", filepath.Join(dir, socketName), "--unixsocketperm", "700",
		"--save", "", "--appendonly", "no", "--dir", dir, "--daemonize", "no", "--" + nameSetting, name,
	}
	args = append(args, opts.databases()...)
	const debug = "--enable-debug-command"
	since = time.Now()
	p, err = runServer(ctx, program, dir, name, append(args, debug, "local"))
	if err != nil && ctx.Err() == nil && strings.Contains(p.log.String(), debug[2:]) {
		since = time.Now()
		p, err = runServer(ctx, program, dir, name, args)
	}
	if errors.Is(err, errEnded) && load != nil {
		err = fmt.Errorf("%w%s", ErrNotLoaded, loadWords(p.log.String()))
	}
	return p, since, err
}

// databases are the arguments of a server that has more than the usual number.
func (o Options) databases() []string {
	if o.Databases == 0 {
		return nil
	}
	return []string{"--databases", strconv.Itoa(o.Databases)}
}

// errEnded is a program that ended before it answered.
var errEnded = errors.New("ended before it answered")

// loadLog returns what the program has printed, once that says how loading ended: what
// is printed before an answer may be read after it.
func (p *process) loadLog(ctx context.Context) string {
	for range 100 {
		if log := p.log.String(); strings.Contains(log, "DB loaded") || ctx.Err() != nil {
			return log
		}
		time.Sleep(10 * time.Millisecond)
	}
	return p.log.String()
}

// died reports whether the program has ended, and its last words.
func (p *process) died(context.Context) (words string, died bool) {
	select {
	case <-p.done:
		return loadWords(p.log.String()), true
	case <-time.After(endPatience):
		return "", false
	}
}

// endPatience is how long a program that broke a connection may take to end: it
// writes down why.
const endPatience = 3 * time.Second

// runServer starts program once, as a server with a name, and notes in dir how to
// recognise it. The process it returns with an error has ended.
func runServer(ctx context.Context, program, dir, name string, args []string) (*process, error) {
	p := &process{
		socket: filepath.Join(dir, socketName),
		log:    &tail{},
		done:   make(chan struct{}),
		cmd:    exec.Command(program, args...),
	}
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	dieWithParent(p.cmd)
	if err := p.start(); err != nil {
		close(p.done)
		return p, fmt.Errorf("%w: start %s: %w", ErrUnreachable, program, err)
	}
	pid := p.cmd.Process.Pid
	err := writeRecord(dir, serverFile, serverRecord{Name: name, PID: pid, Start: owner.StartOf(pid)})
	if err != nil {
		p.kill()
		return p, err
	}
	if err := p.awaitReady(ctx); err != nil {
		p.kill()
		return p, fmt.Errorf("%w: %s: %w%s", ErrUnreachable, program, err, p.log.suffix())
	}
	return p, nil
}

// start starts the program from a goroutine that keeps its thread until the
// program ends: on Linux the parent of a child, as far as its death signal is
// concerned, is the thread that started it, and a thread may end before the
// process does.
func (p *process) start() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended is in its log
			close(p.done)
		}
	}()
	return <-started
}

// awaitReady waits until the server answers PING, or has ended, or ctx has.
func (p *process) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if answers(ctx, "unix", p.socket) == nil {
			return nil
		}
		select {
		case <-p.done:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// kill ends the program, if it still runs, and waits until it has ended.
func (p *process) kill() {
	select {
	case <-p.done:
		return
	default:
	}
	_ = p.cmd.Process.Kill() // an error means that it has ended by itself
	<-p.done
}

// tail keeps the end of what a program prints.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// tailBytes are enough for a crash report, whose reason stands at its beginning.
const tailBytes = 64 << 10

// Write implements io.Writer and never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > 2*tailBytes {
		t.buf = bytes.Clone(t.buf[len(t.buf)-tailBytes:])
	}
	return len(b), nil
}

// String returns the end of the output.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

// suffix returns the last lines for an error message.
func (t *tail) suffix() string {
	const lines = 5
	all := strings.Split(strings.TrimSpace(t.String()), "\n")
	if len(all) == 1 && all[0] == "" {
		return ""
	}
	return "; its last words: " + strings.Join(all[max(0, len(all)-lines):], " | ")
}
