package main

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// hung is after how long a test gives up on something that does not end. Slow
// machines are not in a hurry; a test that passes never waits for it.
const hung = 2 * time.Minute

// redisServer is a redis-server of a test, on a unix socket.
type redisServer struct {
	socket string
	cmd    *exec.Cmd
	ended  chan struct{}
}

// startServer starts a redis-server without persistence, with further
// arguments. It ends with the test.
func startServer(tb testing.TB, args ...string) *redisServer {
	tb.Helper()
	needRedis(tb)
	dir := tb.TempDir()
	s := &redisServer{socket: filepath.Join(dir, "s"), ended: make(chan struct{})}
	s.cmd = exec.Command("redis-server", append([]string{
		"--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no", "--dir", dir}, args...)...)
	if err := s.cmd.Start(); err != nil {
		tb.Fatalf("start redis-server: %v", err)
	}
	go func() {
		_ = s.cmd.Wait() // killed, or ended by a command of the test
		close(s.ended)
	}()
	tb.Cleanup(s.kill)
	s.await(tb)
	return s
}

// await waits until the server takes connections.
func (s *redisServer) await(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), hung)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := net.Dial("unix", s.socket); err == nil {
			_ = conn.Close() // it has served its purpose
			return
		}
		select {
		case <-tick.C:
		case <-s.ended:
			tb.Fatal("redis-server ended before it answered")
		case <-ctx.Done():
			tb.Fatal("redis-server does not answer")
		}
	}
}

// kill ends the server at once and waits for its end.
func (s *redisServer) kill() {
	_ = s.cmd.Process.Kill() // an error means that it has ended
	<-s.ended
}

func (s *redisServer) url() string { return "unix://" + s.socket }

// client returns a client of a database that does not retry.
func (s *redisServer) client(tb testing.TB, db int) *redis.Client {
	tb.Helper()
	return newClient(tb, "unix", s.socket, db)
}

func newClient(tb testing.TB, network, addr string, db int) *redis.Client {
	tb.Helper()
	c := redis.NewClient(&redis.Options{
		Network: network, Addr: addr, DB: db, Protocol: 2, MaxRetries: -1, DisableIdentity: true,
	})
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

func do(tb testing.TB, c *redis.Client, args ...any) any {
	tb.Helper()
	reply, err := c.Do(tb.Context(), args...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		tb.Fatalf("%q: %v", args, err)
	}
	return reply
}
