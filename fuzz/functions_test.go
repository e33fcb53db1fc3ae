package fuzz

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/fuzz/rdblayout"
	"redrill/internal/redistest"
	"redrill/verify"
)

// functionServer returns a server that a campaign asks for functions.
func functionServer(tb testing.TB) Server {
	tb.Helper()
	s := startRedis(tb)
	s.Verify.Functions = true
	return s
}

// TestCampaignEditsFunctions: function libraries are loaded, edited in every way, and
// removed between rounds.
func TestCampaignEditsFunctions(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	server := functionServer(t)
	plain := server.Options
	server = watched(server, func(_ *watchedConn, b []byte) {
		mu.Lock()
		defer mu.Unlock()
		for _, words := range []string{"LOAD\r\n$7\r\nREPLACE", "LOAD\r\n$75\r\n#!lua name=more", "DELETE\r\n$4\r\nlib0", "LOAD\r\n$8"} {
			if bytes.Contains(b, []byte(words)) {
				seen[words] = true
			}
		}
	})
	c := Campaign{Layout: rdblayout.Layout{}, Seed: 3, Scenarios: 160, Servers: []Server{server}, AsOfMs: time.Now().UnixMilli()}
	if report, err := c.Run(t.Context()); err != nil || report.Failure != nil {
		t.Fatalf("Run() = %+v, %v", report.Failure, err)
	}
	if len(seen) < 3 {
		t.Errorf("seen %v", seen)
	}
	client := redis.NewClient(plain)
	defer client.Close()
	if left, err := client.Do(t.Context(), "FUNCTION", "LIST").Slice(); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestCampaignMissesFunctions: a server that shows no libraries is found.
func TestCampaignMissesFunctions(t *testing.T) {
	server := functionServer(t)
	behind := redistest.Server{Options: server.Options}
	fake := behind.Answering(t, func(words []string) string {
		if words[0] == "FUNCTION" && words[1] == "LIST" {
			return "*0\r\n"
		}
		return ""
	})
	server.Options = fake.Options
	c := Campaign{Layout: rdblayout.Layout{}, Seed: 3, Scenarios: 160, Servers: []Server{server}, AsOfMs: time.Now().UnixMilli()}
	report, err := c.Run(t.Context())
	if err != nil || report.Failure == nil || report.Failure.Property != PropertyRestore ||
		len(report.Failure.Differences) == 0 || report.Failure.Differences[0].Kind != verify.KindFunctionMissing {
		t.Errorf("Run() = %+v, %v", report.Failure, err)
	}
}
