package main

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
)

// hung is after how long a test gives up on something that does not end. Slow
// machines are not in a hurry; a test that passes never waits for it.
const hung = 2 * time.Minute

// redisServer is a redis-server of a test, on a unix socket.
type redisServer struct {
	*redistest.Server
	socket string
}

// startServer starts a redis-server without persistence, with further
// arguments. It ends with the test.
func startServer(tb testing.TB, args ...string) *redisServer {
	tb.Helper()
	s := redistest.Start(tb, args...)
	return &redisServer{s, s.Socket}
}

func (s *redisServer) kill() { s.Stop() }

func (s *redisServer) url() string { return "unix://" + s.socket }

// client returns a client of a database that does not retry.
func (s *redisServer) client(tb testing.TB, db int) *redis.Client {
	tb.Helper()
	return s.DB(tb, db)
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
