package restore_test

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
)

// server is a redis-server of the test's own on a unix socket.
type server struct{ *redistest.Server }

func startServer(tb testing.TB, args ...string) *server {
	tb.Helper()
	return &server{redistest.Start(tb, args...)}
}

func (s *server) options() *redis.Options {
	return &redis.Options{Network: "unix", Addr: s.Socket}
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
	return s.DB(tb, 0)
}
