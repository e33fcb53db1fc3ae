package elastickvtest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
)

// Server is a running server. It ends with its test.
type Server struct {
	// Backend holds everything but expire times and the elements of
	// HyperLogLogs. Use it to store what no client may write.
	Backend *miniredis.Miniredis

	tb testing.TB

	mu       sync.Mutex
	info     string
	hll      map[string]map[string]struct{} // key -> its elements
	expireAt map[string]int64               // key -> Unix ms
	empty    map[string]string              // key -> type of an empty collection
	calls    map[string]int
	queueing map[*server.Peer]bool // between MULTI and EXEC or DISCARD
	crashed  bool
	largest  int // collection that may be read by rank or as a whole; 0 means any
}

// Start starts a server on a loopback port. Its end is a cleanup of tb.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{
		Backend:  miniredis.NewMiniRedis(),
		tb:       tb,
		info:     "# Server\r\nredis_version:7.2.0\r\nredis_mode:standalone\r\n\r\n# Replication\r\nrole:master\r\n",
		hll:      map[string]map[string]struct{}{},
		expireAt: map[string]int64{},
		empty:    map[string]string{},
		calls:    map[string]int{},
		queueing: map[*server.Peer]bool{},
	}
	if err := s.Backend.Start(); err != nil {
		tb.Fatalf("start elastickv: %v", err)
	}
	s.Backend.Server().SetPreHook(s.hook)
	tb.Cleanup(s.Backend.Close)
	return s
}

// Addr returns host and port.
func (s *Server) Addr() string { return s.Backend.Addr() }

// URL returns the redis:// URL of the server.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Options returns how to connect: RESP2, no retries.
func (s *Server) Options() *redis.Options {
	return &redis.Options{Addr: s.Addr(), Protocol: 2, MaxRetries: -1, DisableIdentity: true}
}

// SetInfo replaces the reply to INFO.
func (s *Server) SetInfo(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info = text
}

// SetExpireAt gives key the absolute expire time ms (Unix milliseconds), which
// no command of the server can do. It may be as large as an int64.
func (s *Server) SetExpireAt(key string, ms int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireAt[key] = ms
}

// SetEmpty makes key an empty collection of type typ (hash, list, set), as the
// removal of the last element leaves it: it exists, with length 0.
func (s *Server) SetEmpty(key, typ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.empty[key] = typ
}

// SetLargest makes the server refuse to show a larger collection by rank or as
// a whole, as the real one does above 100,000 elements.
func (s *Server) SetLargest(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.largest = n
}

// Calls returns how often the command (upper case) was sent, refused or not.
func (s *Server) Calls(command string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[command]
}

// hook answers a command, or leaves it to the backend by returning false.
func (s *Server) hook(c *server.Peer, cmd string, args ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[cmd]++
	s.dropExpired()
	if s.crash(c, cmd, args) {
		return true
	}
	if !commands[cmd] {
		c.WriteError(fmt.Sprintf("ERR unsupported command '%s'", cmd))
		return true
	}
	switch cmd {
	case "MULTI":
		s.queueing[c] = true
	case "EXEC", "DISCARD":
		delete(s.queueing, c)
	}
	if s.queueing[c] {
		return false // the backend queues it
	}
	answer, ok := answers[cmd]
	return ok && answer(s, c, args)
}

// crash fails the test when the command would end the real server.
func (s *Server) crash(c *server.Peer, cmd string, args []string) bool {
	deadly := cmd == "SCAN" || cmd == "DBSIZE" || cmd == "KEYS" && len(args) == 1 && isPattern(args[0])
	if deadly || s.crashed {
		s.crashed = true
		s.tb.Errorf("elastickv: %s %q ends the real server", cmd, args)
		c.Close()
	}
	return s.crashed
}

// dropExpired removes the keys whose time has come.
func (s *Server) dropExpired() {
	now := time.Now().UnixMilli()
	for key, at := range s.expireAt {
		if at <= now {
			s.forget(key)
			s.Backend.Del(key)
		}
	}
}

// forget drops what the fake itself knows about key.
func (s *Server) forget(key string) {
	delete(s.expireAt, key)
	delete(s.hll, key)
	delete(s.empty, key)
}
