//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMemoryStaysBounded decodes a mixed snapshot and one large key of every
// type with the built program. A decoder that holds a key, or a row of each, is
// above the limit.
func TestMemoryStaysBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("generates snapshots of 400 MB")
	}
	b := bench{redrill: filepath.Join(t.TempDir(), "redrill"), dir: t.TempDir(), seed: 1}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", b.redrill, "../../cmd/redrill").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	opts := memoryOptions{keys: 100_000, elements: 600_000, types: "hash,list,set,zset,stream", rdbTypes: "hash,list,set,zset,stream", limitMiB: 64}
	if err := b.memory(t.Context(), t.Output(), opts); err != nil {
		t.Error(err)
	}
}
