package target_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"redrill/target"
)

// needServer skips, or fails under REDIS_REQUIRED=1, without a server program.
func needServer(tb testing.TB) {
	tb.Helper()
	for _, name := range []string{"redis-server", "valkey-server"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	const reason = "neither redis-server nor valkey-server is on PATH"
	if os.Getenv("REDIS_REQUIRED") == "1" {
		tb.Fatal(reason)
	}
	tb.Skip(reason)
}

// open opens a target and closes it at the end of the test.
func open(tb testing.TB, spec string, opts target.Options) *target.Target {
	tb.Helper()
	tgt, err := target.Open(tb.Context(), spec, opts)
	if err != nil {
		tb.Fatalf("Open(%q): %v", spec, err)
	}
	tb.Cleanup(func() {
		if err := tgt.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return tgt
}

func TestProcessSocketPathIsShort(t *testing.T) {
	needServer(t)
	long := filepath.Join(t.TempDir(), strings.Repeat("a", 120))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	tgt := open(t, "process", target.Options{TempDir: long})
	if got := len(tgt.Options.Addr); got > 100 {
		t.Errorf("socket path %q has %d bytes, want at most 100", tgt.Options.Addr, got)
	}
	if left, err := os.ReadDir(long); err != nil || len(left) > 0 {
		t.Errorf("the long directory holds %v (%v), want nothing", left, err)
	}
}

func TestProcessDirectoryIsPrivate(t *testing.T) {
	needServer(t)
	tgt := open(t, "process", target.Options{TempDir: t.TempDir()})
	info, err := os.Stat(filepath.Dir(tgt.Options.Addr))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("mode of the directory = %o, want 700", got)
	}
}

func TestProcessNothingStaysWhenOpenFails(t *testing.T) {
	needServer(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := target.Open(ctx, "process", target.Options{TempDir: dir})
	wantClass(t, err, target.ErrUnreachable)
	wantClass(t, err, context.Canceled)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v), want nothing", left, err)
	}
}

func wantClass(tb testing.TB, err, class error) {
	tb.Helper()
	if !errors.Is(err, class) {
		tb.Errorf("error = %v, want one that is %q", err, class)
	}
}
