package main

import (
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"redrill/keyspace"
)

// tampers are what a bad wire does to the bytes of one read.
var tampers = []struct {
	name  string
	alter func(b []byte) []byte
}{
	{"dropped", func(b []byte) []byte { return b[min(len(b), 16):] }},
	{"duplicated", func(b []byte) []byte { return append(slices.Clone(b[:min(len(b), 64)]), b...) }},
	{"corrupted", func(b []byte) []byte {
		b = slices.Clone(b)
		if len(b) > 0 {
			b[len(b)/2] ^= 1
		}
		return b
	}},
	{"reordered", func(b []byte) []byte { return append(slices.Clone(b[len(b)/2:]), b[:len(b)/2]...) }},
}

// tamperingProxy stands before a server and alters bytes once. What waits in vain
// for the rest after that is cut off.
func tamperingProxy(tb testing.TB, s *redisServer, d direction, afterBytes int64, alter func([]byte) []byte) *proxy {
	tb.Helper()
	p := startProxy(tb, s.socket, trap{d, afterBytes, func(client, server net.Conn) {
		deadline := time.Now().Add(500 * time.Millisecond)
		_, _ = client.SetReadDeadline(deadline), server.SetReadDeadline(deadline) // a closed one ends anyway
	}})
	p.mu.Lock()
	p.alter = alter
	p.mu.Unlock()
	return p
}

// tamperSnapshot writes a snapshot of a few pipelines.
func tamperSnapshot(tb testing.TB) string {
	tb.Helper()
	keys := guaranteeKeys()
	for i := range 300 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprintf("list %d", i), Value: keyspace.List{"0", "1", "2"}})
	}
	return writeSnapshot(tb, snapshotOf(tb, keys...))
}

// tamperPlaces are in percent of the bytes in a direction.
var tamperPlaces = [...]int64{3, 10, 20, 35, 50, 65, 80, 95}

// tampered runs a test for every place, direction and tamper.
func tampered(t *testing.T, s func() *redisServer, all [2]int64, test func(t *testing.T, s *redisServer, p *proxy)) {
	t.Helper()
	for _, d := range []direction{commands, replies} {
		for _, percent := range tamperPlaces {
			for _, how := range tampers {
				t.Run(fmt.Sprintf("%s at %d %% %s", [...]string{"commands", "replies"}[d], percent, how.name), func(t *testing.T) {
					s := s()
					p := tamperingProxy(t, s, d, 1+all[d]*percent/100, how.alter)
					test(t, s, p)
					if _, sprung := p.total(d); !sprung {
						t.Error("nothing was altered")
					}
				})
			}
		}
	}
}

// TestTampered: whatever the wire does to a drill, status 0 means that the server
// holds the snapshot, and every other end is one that scripts know.
func TestTampered(t *testing.T) {
	needRedis(t)
	snapshot := tamperSnapshot(t)
	all := traffic(t, startServer(t), "drill", snapshot)
	tampered(t, func() *redisServer { return startServer(t) }, all, func(t *testing.T, s *redisServer, p *proxy) {
		t.Helper()
		status, out := redrill(t, "drill", snapshot, "--target", p.url(), "--keep")
		switch status {
		case exitVerified:
			if status, out := redrill(t, "verify", snapshot, "--target", s.url()); status != exitVerified {
				t.Errorf("the drill ended with 0, a verification with %d\n%s", status, out)
			}
		case exitDifferences, exitCannotTell, exitTarget:
		default:
			t.Errorf("status %d, want 0, 1, 4 or 5\n%s", status, out)
		}
		s.kill()
	})
}

// TestTamperedVerification: no bad wire makes a wrong server right.
func TestTamperedVerification(t *testing.T) {
	needRedis(t)
	snapshot := tamperSnapshot(t)
	s := startFor(t, "verify", snapshot)
	all := traffic(t, s, "verify", snapshot)
	wrong := writeSnapshot(t, snapshotOf(t, keyspace.Key{Name: "list 7", Value: keyspace.List{"0", "1", "X"}}))
	if status, out := redrill(t, "restore", wrong, "--target", s.url(), "--replace"); status != exitVerified {
		t.Fatalf("restore ended with %d:\n%s", status, out)
	}
	tampered(t, func() *redisServer { return s }, all, func(t *testing.T, s *redisServer, p *proxy) {
		t.Helper()
		status, out := redrill(t, "verify", snapshot, "--target", p.url())
		if status != exitDifferences && status != exitCannotTell && status != exitTarget {
			t.Errorf("status %d, want 1, 4 or 5\n%s", status, out)
		}
	})
}
