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

// Server is a redis-server of this test's own.
type Server struct {
	Options *redis.Options
	Client  *redis.Client
	cmd     *exec.Cmd
}

// Start starts a server that ends with the test. Without a redis-server on PATH
// the test is skipped, or fails if REDIS_REQUIRED is 1.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("REDIS_REQUIRED") == "1" {
			tb.Fatal("REDIS_REQUIRED=1 but there is no redis-server on PATH")
		}
		tb.Skip("no redis-server on PATH")
	}
	socket := filepath.Join(tb.TempDir(), "s")
	cmd := exec.Command(path, append([]string{"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
		"--dir", filepath.Dir(socket)}, args...)...)
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start redis-server: %v", err)
	}
	s := &Server{cmd: cmd, Options: &redis.Options{Network: "unix", Addr: socket}}
	tb.Cleanup(s.Stop)
	s.Client = redis.NewClient(&redis.Options{Network: "unix", Addr: socket, Protocol: 2, MaxRetries: -1})
	tb.Cleanup(func() { _ = s.Client.Close() })
	deadline := time.Now().Add(10 * time.Second)
	for s.Client.Ping(context.Background()).Err() != nil {
		if time.Now().After(deadline) {
			tb.Fatal("redis-server does not answer")
		}
		<-time.After(5 * time.Millisecond)
	}
	return s
}

// Stop ends the server.
func (s *Server) Stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
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
