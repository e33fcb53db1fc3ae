//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// TestPasswordFIFO: a FIFO can be a password file; without a writer an interrupt
// ends the wait.
func TestPasswordFIFO(t *testing.T) {
	s := miniredis.RunT(t)
	s.RequireAuth("s3cr3t")
	snapshot := writeSnapshot(t, snapshots["types"]())
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"verify", snapshot, "--target", "redis://" + s.Addr(), "--password-file", path}
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(path, []byte("s3cr3t\n"), 0o600) }()
	if status, out := redrill(t, args...); status != exitDifferences {
		t.Errorf("status %d, want %d:\n%s", status, exitDifferences, out)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		a := &app{stdin: strings.NewReader(""), stdout: &strings.Builder{}, stderr: &strings.Builder{}}
		ended <- a.execute(ctx, args)
	}()
	cancel()
	if status := <-ended; status != exitInterrupted {
		t.Errorf("status %d, want %d", status, exitInterrupted)
	}
	if f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
		_ = f.Close() // ends the read that was left behind
	}
}
