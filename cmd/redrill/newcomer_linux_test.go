package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestReaderGoesAway: head on the output of a drill leaves no server behind.
func TestReaderGoesAway(t *testing.T) {
	needRedis(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := newChild(t, "drill", writeSnapshot(t, snapshots["types"]()), "--target", "process")
	c.Stdout = w
	c.start(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Close())
	must(r.Close()) // before anything was written
	err = c.Wait()
	exit, is := errors.AsType[*exec.ExitError](err)
	if !is || exit.ExitCode() != exitCannotTell {
		t.Errorf("the drill ended with %v, want status %d", err, exitCannotTell)
	}
	if left, err := os.ReadDir(c.tmp); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestPipeWithoutReader: an output that nobody reads ends with an interrupt.
func TestPipeWithoutReader(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(100*time.Millisecond, cancel).Stop()
	a := &app{}
	if _, err := a.createDump(ctx, pipe, "in"); err == nil || ctx.Err() == nil {
		t.Errorf("createDump = %v", err)
	}
}
