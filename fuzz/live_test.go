package fuzz

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
)

// watched returns the server, with every write to it shown to see.
func watched(s Server, see func(conn *watchedConn, b []byte)) Server {
	o := *s.Options
	o.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, s.Options.Network, s.Options.Addr)
		return &watchedConn{Conn: conn, see: see}, err
	}
	s.Options = &o
	return s
}

type watchedConn struct {
	net.Conn
	see func(conn *watchedConn, b []byte)
}

func (c *watchedConn) Write(b []byte) (int, error) {
	c.see(c, b)
	return c.Conn.Write(b)
}

// TestCampaignSpeaksBothProtocols: restores and verifications are in RESP2 and
// in RESP3, whichever the options of the server say.
func TestCampaignSpeaksBothProtocols(t *testing.T) {
	var mu sync.Mutex
	protocol := map[*watchedConn]string{}
	seen := map[string]bool{}
	server := watched(startRedis(t), func(conn *watchedConn, b []byte) {
		mu.Lock()
		defer mu.Unlock()
		for _, p := range []string{"2", "3"} {
			if bytes.Contains(b, []byte("hello\r\n$1\r\n"+p+"\r\n")) {
				protocol[conn] = p
			}
		}
		for _, only := range []string{"INFO\r\n$5\r\nstats", "PEXPIRETIME"} { // of a restore, of a verification
			if bytes.Contains(b, []byte(only)) {
				seen[only+" over "+protocol[conn]] = true
			}
		}
	})
	c := Campaign{Layout: fsm, Seed: 1, Scenarios: 6 * maxDatabases, Servers: []Server{server}, AsOfMs: time.Now().UnixMilli()}
	if report, err := c.Run(t.Context()); err != nil || report.Failure != nil {
		t.Fatalf("Run() = %+v, %v", report.Failure, err)
	}
	if len(seen) != 4 {
		t.Errorf("seen %v, want restores and verifications over both protocols", seen)
	}
}

// TestSpeaking: one draw decides two things, and no case of one excludes any of
// the other.
func TestSpeaking(t *testing.T) {
	run := &liveRun{live: &live{Server: Server{Options: &redis.Options{Addr: "a"}}}}
	seen := map[[2]int]bool{}
	for draw := range 4 {
		other, base := run.speaking(draw)
		if other != draw%2 || base.Addr != "a" || base.Protocol != 2 && base.Protocol != 3 {
			t.Errorf("speaking(%d) = %d, %+v", draw, other, base)
		}
		seen[[2]int{other, base.Protocol}] = true
	}
	if len(seen) != 4 || run.Options.Protocol != 0 {
		t.Errorf("cases %v, want four; Protocol of the server became %d", seen, run.Options.Protocol)
	}
}

// TestCampaignFindsAPanic: a panic in a goroutine that a stage starts does not
// end the campaign but is what it finds, small and replayable.
func TestCampaignFindsAPanic(t *testing.T) {
	right := startRedis(t)
	for _, row := range []struct {
		name, command string
		typ           keyspace.Type
		from          string // a function of the stack
	}{
		{"of a lane of the restore", "\r\nPFADD\r\n", keyspace.TypeHyperLogLog, "restore.(*lane).serve"},
		{"of a worker of the verification", "\r\nLRANGE\r\n", keyspace.TypeList, "verify.(*worker).loop"},
	} {
		t.Run(row.name, func(t *testing.T) {
			broken := watched(right, func(_ *watchedConn, b []byte) {
				if bytes.Contains(b, []byte(row.command)) {
					panic("boom")
				}
			})
			c := Campaign{Layout: fsm, Seed: 1, Scenarios: 64, Servers: []Server{broken}, AsOfMs: time.Now().UnixMilli()}
			report, err := c.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			f := report.Failure
			if f == nil || f.Property != PropertyRestore || !strings.Contains(f.Detail, "panic: boom") || !strings.Contains(f.Detail, row.from) {
				t.Fatalf("found %+v, want a panic from %s", f, row.from)
			}
			if len(f.Want.Keys) != 1 || f.Want.Keys[0].Value.Type() != row.typ {
				t.Errorf("minimised to %v, want one %v", f.Want.Keys, row.typ)
			}
			for server, want := range map[*Server]bool{&broken: true, &right: false} {
				if again, err := Replay(t.Context(), f.Case, server, c.AsOfMs); err != nil || (again != nil) != want {
					t.Errorf("replay: %+v, %v; want a failure %v", again, err, want)
				}
			}
		})
	}
}
