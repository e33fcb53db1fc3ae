package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"redrill/internal/race"
	"redrill/keyspace"
)

// faultSnapshot writes a snapshot that takes several pipelines: many keys of
// every type, so that a broken pipeline can double or lose something.
func faultSnapshot(tb testing.TB) string {
	tb.Helper()
	keys := guaranteeKeys()
	for i := range 3000 {
		keys = append(keys, keyspace.Key{
			Name: fmt.Sprintf("list %d", i), Value: keyspace.List{"0", "1", "2"}, ExpireAt: keyspace.ExpireAtMs(farMs),
		})
	}
	return writeSnapshot(tb, snapshotOf(tb, keys...))
}

func writeSnapshot(tb testing.TB, b []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "0000000000000001.fsm")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// startFor starts a server on which a command succeeds: empty, or for verify
// one that holds the snapshot.
func startFor(tb testing.TB, verb, snapshot string) *redisServer {
	tb.Helper()
	s := startServer(tb)
	if verb == "verify" {
		if status, out := redrill(tb, "restore", snapshot, "--target", s.url()); status != exitVerified {
			tb.Fatalf("restore ended with %d:\n%s", status, out)
		}
	}
	return s
}

// traffic returns how many bytes a command exchanges with a server.
func traffic(tb testing.TB, s *redisServer, args ...string) (all [2]int64) {
	tb.Helper()
	p := startProxy(tb, s.socket, trap{})
	if status, out := redrill(tb, append(args, "--target", p.url())...); status != exitVerified {
		tb.Fatalf("%s ended with %d:\n%s", args[0], status, out)
	}
	for _, d := range []direction{commands, replies} {
		all[d], _ = p.total(d)
	}
	return all
}

// places are where faults happen: percent of the bytes in a direction. The
// first bytes are those of the probe, the last those of the guards.
var places = []struct {
	name      string
	direction direction
	percent   int64
}{
	{"first bytes", commands, 0},
	{"first reply", replies, 0},
	{"commands 3 percent", commands, 3},
	{"commands 30 percent", commands, 30},
	{"commands 60 percent", commands, 60},
	{"commands 95 percent", commands, 95},
	{"replies 10 percent", replies, 10},
	{"replies 50 percent", replies, 50},
	{"replies 95 percent", replies, 95},
}

// TestServerKilled: a server that dies in the middle is never taken for a
// verified one, nor its silence for differences.
func TestServerKilled(t *testing.T) {
	race.Skip(t, "connections are cut at every stage by other tests")
	needRedis(t)
	snapshot := faultSnapshot(t)
	for _, verb := range []string{"restore", "verify", "drill"} {
		all := traffic(t, startFor(t, verb, snapshot), verb, snapshot)
		for _, place := range places {
			t.Run(verb+", "+place.name, func(t *testing.T) {
				s := startFor(t, verb, snapshot)
				p := startProxy(t, s.socket, trap{place.direction, 1 + all[place.direction]*place.percent/100,
					func(client, server net.Conn) {
						s.kill()
						cut(client, server) // what it has not sent yet stays away
					}})
				status, out := redrill(t, verb, snapshot, "--target", p.url())
				if status != exitCannotTell && status != exitTarget {
					t.Errorf("status %d, want 4 or 5\n%s", status, out)
				}
				if _, sprung := p.total(place.direction); !sprung {
					t.Error("the server was not killed")
				}
			})
		}
	}
}

// TestServerReplaced: another server at the same address is not taken for the
// one that was restored to.
func TestServerReplaced(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	for _, verb := range []string{"restore", "verify", "drill"} {
		t.Run(verb, func(t *testing.T) {
			all := traffic(t, startFor(t, verb, snapshot), verb, snapshot)
			s, other := startFor(t, verb, snapshot), startServer(t)
			var p *proxy
			p = startProxy(t, s.socket, trap{commands, all[commands] / 2, func(net.Conn, net.Conn) {
				p.mu.Lock()
				p.upstream = other.socket
				p.mu.Unlock()
				s.kill()
			}})
			if status, out := redrill(t, verb, snapshot, "--target", p.url()); status != exitCannotTell && status != exitTarget {
				t.Errorf("status %d, want 4 or 5\n%s", status, out)
			}
		})
	}
}

// TestConnectionCut: a connection that breaks in the middle of a pipeline ends
// the drill, or the keys concerned are rebuilt; no list is doubled.
func TestConnectionCut(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	all := traffic(t, startServer(t), "restore", snapshot)
	survived := 0
	for _, place := range places {
		for _, how := range []struct {
			name   string
			spring func(client, server net.Conn)
		}{{"both ways", cut}, {"replies", cutReplies}} {
			t.Run(place.name+", "+how.name, func(t *testing.T) {
				s := startServer(t)
				p := startProxy(t, s.socket, trap{place.direction, 1 + all[place.direction]*place.percent/100, how.spring})
				status, out := redrill(t, "drill", snapshot, "--target", p.url())
				switch status {
				case exitVerified:
					survived++
					if status, out := redrill(t, "verify", snapshot, "--target", s.url()); status != exitVerified {
						t.Errorf("the drill ended with 0, a verification with %d\n%s", status, out)
					}
				case exitTarget:
				default:
					t.Errorf("status %d, want 0 or 5\n%s", status, out)
				}
			})
		}
	}
	if survived == 0 {
		t.Error("no cut was survived: keys are not rebuilt")
	}
	t.Logf("%d of %d drills were verified after a cut", survived, 2*len(places))
}
