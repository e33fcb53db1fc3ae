//go:build unix

package restore_test

import (
	"context"
	"errors"
	"runtime"
	"syscall"
	"testing"
	"time"

	"redrill/restore"
)

// TestRunStops: a run that is cancelled returns although the server does not
// answer, and leaves no goroutine behind.
func TestRunStops(t *testing.T) {
	s := startServer(t)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seq := endless(20_000, func() {
		if err := s.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Error(err)
		}
		time.AfterFunc(100*time.Millisecond, cancel)
	})
	start := time.Now()
	_, err := restore.Run(ctx, s.options(), seq, restore.Options{Server: full})
	if !errors.Is(err, context.Canceled) || errors.Is(err, restore.ErrTarget) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("Run took %v", took)
	}
	checkGoroutines(t, before)
}
