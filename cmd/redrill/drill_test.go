package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestDrillComparesWithTheSnapshot: what was restored is compared with the
// snapshot, not with the dump it came from: a drill does not care what becomes
// of the dump once that is restored.
func TestDrillComparesWithTheSnapshot(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	restored := traffic(t, startServer(t), "restore", snapshot)
	kept := filepath.Join(t.TempDir(), "dump.jsonl")
	p := startProxy(t, startServer(t).socket, trap{commands, restored[commands] + 1, func(net.Conn, net.Conn) {
		if err := os.Truncate(kept, 1000); err != nil {
			t.Error(err)
		}
	}})
	if status, out := redrill(t, "drill", snapshot, "--target", p.url(), "--keep-dump", kept); status != exitVerified {
		t.Errorf("drill ended with %d, want %d:\n%s", status, exitVerified, out)
	}
	if _, sprung := p.total(commands); !sprung {
		t.Error("the dump was never cut")
	}
}
