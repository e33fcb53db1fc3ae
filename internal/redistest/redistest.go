// Package redistest starts a redis-server for one test, and answers in its place.
package redistest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Protocols are those that a server can be asked to speak.
var Protocols = [...]int{2, 3}

// Server is a redis-server of a test's own, on a unix socket, without persistence.
type Server struct {
	Socket  string
	Options *redis.Options
	Client  *redis.Client // of database 0; it repeats nothing
	Process *os.Process
	ended   chan struct{}
}

// Program returns the path of redis-server. Without one the test is skipped, or
// fails if REDIS_REQUIRED is 1.
func Program(tb testing.TB) string {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("REDIS_REQUIRED") == "1" {
			tb.Fatal("REDIS_REQUIRED=1 but there is no redis-server on PATH")
		}
		tb.Skip("no redis-server on PATH")
	}
	return path
}

// Start starts a server that ends with the test.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // tb.TempDir may be too long for a socket
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	return StartAt(tb, filepath.Join(dir, "s"), args...)
}

// StartAt is [Start] for a socket of the test's choice.
func StartAt(tb testing.TB, socket string, args ...string) *Server {
	tb.Helper()
	cmd := exec.Command(Program(tb), append([]string{"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
		"--dir", filepath.Dir(socket)}, args...)...)
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start redis-server: %v", err)
	}
	s := &Server{Socket: socket, Process: cmd.Process, ended: make(chan struct{}), Options: &redis.Options{Network: "unix", Addr: socket}}
	go func() {
		defer close(s.ended)
		_ = cmd.Wait() // killed, or ended by a command of the test
	}()
	tb.Cleanup(s.Stop)
	s.Client = s.DB(tb, 0)
	s.await(tb)
	return s
}

// await waits until the server answers, if only that it wants a password. Slow
// machines are not in a hurry.
func (s *Server) await(tb testing.TB) {
	tb.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(2 * time.Minute)
	for {
		err := s.Client.Ping(context.Background()).Err()
		if _, refused := errors.AsType[redis.Error](err); err == nil || refused {
			return
		}
		select {
		case <-tick.C:
		case <-s.ended:
			tb.Fatal("redis-server ended before it answered")
		case <-deadline:
			tb.Fatal("redis-server does not answer")
		}
	}
}

// Stop ends the server at once and waits for its end.
func (s *Server) Stop() {
	_ = s.Process.Kill() // an error means that it has ended
	<-s.ended
}

// DB returns a client of a database that repeats nothing. It is closed with the
// test.
func (s *Server) DB(tb testing.TB, db int) *redis.Client {
	tb.Helper()
	c := redis.NewClient(&redis.Options{
		Network: "unix", Addr: s.Socket, DB: db, Protocol: 2, MaxRetries: -1, DisableIdentity: true,
	})
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// Do runs one command given as words; "\x00" style escapes are the caller's.
func (s *Server) Do(tb testing.TB, args ...any) any {
	tb.Helper()
	v, err := s.Client.Do(context.Background(), args...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		tb.Fatalf("%v: %v", args, err)
	}
	return v
}

// Over returns the server, reached over a protocol.
func (s *Server) Over(protocol int) *Server {
	o, other := *s.Options, *s
	o.Protocol = protocol
	other.Options = &o
	return &other
}
