package restore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"
)

// server is a redis-server of the test's own on a unix socket.
type server struct {
	socket  string
	process *os.Process
	ended   chan struct{}
}

// startServer starts a server without persistence and ends it with the test.
func startServer(tb testing.TB, args ...string) *server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "restore") //nolint:usetesting // t.TempDir may be too long for a socket
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	return startServerAt(tb, filepath.Join(dir, "s"), args...)
}

func startServerAt(tb testing.TB, socket string, args ...string) *server {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("REDIS_REQUIRED") == "1" {
			tb.Fatal("REDIS_REQUIRED=1 and no redis-server on PATH")
		}
		tb.Skip("no redis-server on PATH")
	}
	cmd := exec.Command(path, append([]string{
		"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(socket),
	}, args...)...)
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	s := &server{socket: socket, process: cmd.Process, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_ = cmd.Wait()
	}()
	tb.Cleanup(s.kill)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: 100, Protocol: 2})
	defer client.Close()
	if err := client.Do(tb.Context(), "PING").Err(); err != nil {
		tb.Fatalf("server does not answer: %v", err)
	}
	return s
}

// kill ends the server and waits until it has ended.
func (s *server) kill() {
	_ = s.process.Kill()
	<-s.ended
}

func (s *server) options() *redis.Options {
	return &redis.Options{Network: "unix", Addr: s.socket}
}

// over returns the options for a protocol.
func (s *server) over(protocol int) *redis.Options {
	o := s.options()
	o.Protocol = protocol
	return o
}

// bothProtocols are those that a server can be asked to speak.
var bothProtocols = [...]int{2, 3}

// client returns a client of database 0 that is closed with the test.
func (s *server) client(tb testing.TB) *redis.Client {
	tb.Helper()
	o := s.options()
	o.Protocol, o.MaxRetries = 2, -1
	c := redis.NewClient(o)
	tb.Cleanup(func() { _ = c.Close() })
	return c
}
