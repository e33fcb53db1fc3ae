package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFuzzInterrupted: an interrupt ends a campaign with status 130 and the
// table so far; it can be continued, and the server is as empty as it was.
func TestFuzzInterrupted(t *testing.T) {
	needRedis(t)
	s := startServer(t)
	out := t.TempDir()
	started := make(chan *os.Process, 1)
	p := startProxy(t, s.socket, trap{commands, 1 << 20, func(net.Conn, net.Conn) {
		_ = (<-started).Signal(os.Interrupt) // an error shows as a wrong status
	}})
	c := newChild(t, "fuzz", "--target", p.url(), "--duration", "0", "--seed", "7", "--out", out)
	c.start(t)
	started <- c.Process
	c.wantInterrupted(t)
	for _, want := range []string{"\nfeatures ", "\ncampaign ", "\nresult "} {
		if !strings.Contains("\n"+c.output.String(), want) {
			t.Errorf("no %q in the output:\n%s", want, &c.output)
		}
	}
	if n, err := s.client(t, 0).DBSize(t.Context()).Result(); n != 0 || err != nil {
		t.Errorf("the server holds %d keys, %v", n, err)
	}
	state, err := os.ReadFile(filepath.Join(out, fuzzStateFile))
	if err != nil || strings.Contains(string(state), `"next": 0,`) {
		t.Errorf("state %s, %v; want some scenarios", state, err)
	}
}
