package target_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"redrill/internal/owner"
	"redrill/target"
)

// testImage is the image that scripts/redis-image.sh builds.
const testImage = "redrill-redis:local"

// needImage returns a local Redis image, and skips, or fails under
// DOCKER_REQUIRED=1, where there is none.
func needImage(tb testing.TB) string {
	tb.Helper()
	image := os.Getenv("REDRILL_TEST_IMAGE")
	if image == "" {
		image = testImage
	}
	d := target.Diagnose(tb.Context(), target.Options{Image: image})
	if d.Docker != "" && d.ImageLocal {
		return image
	}
	reason := "no Docker daemon answers: " + d.DockerError
	if d.Docker != "" {
		reason = "image " + image + " is not local: run scripts/redis-image.sh, or set REDRILL_TEST_IMAGE"
	}
	if os.Getenv("DOCKER_REQUIRED") == "1" {
		tb.Fatal(reason)
	}
	tb.Skip(reason)
	return ""
}

// mine returns the containers of this process.
func mine(tb testing.TB) []target.Leftover {
	tb.Helper()
	all, err := target.Leftovers(context.WithoutCancel(tb.Context()), target.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	var own []target.Leftover
	for _, l := range all {
		if l.Kind == target.KindDocker && l.Owner.PID == os.Getpid() {
			own = append(own, l)
		}
	}
	return own
}

func TestDockerLifetime(t *testing.T) {
	image := needImage(t)
	tgt := open(t, "docker", target.Options{Image: image})
	own := mine(t)
	if len(own) != 1 || own[0].State != owner.Alive {
		t.Fatalf("while it runs: %+v, want one container with a live owner", own)
	}
	removed, err := target.Clean(t.Context(), target.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range removed {
		if l.Name == own[0].Name {
			t.Error("Clean removed the container of a live process")
		}
	}
	if err := tgt.Close(); err != nil {
		t.Fatal(err)
	}
	if own := mine(t); len(own) != 0 {
		t.Errorf("after Close: %+v, want nothing", own)
	}
}

func TestDockerNothingStaysWhenOpenFails(t *testing.T) {
	image := needImage(t)
	for _, row := range []struct {
		name string
		opts target.Options
		ctx  func(context.Context) (context.Context, context.CancelFunc)
	}{
		{"too little time", target.Options{Image: image, StartTimeout: time.Millisecond}, context.WithCancel},
		{"cancelled", target.Options{Image: image}, func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 300*time.Millisecond)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx, cancel := row.ctx(t.Context())
			defer cancel()
			tgt, err := target.Open(ctx, "docker", row.opts)
			if err == nil { // a fast machine: nothing to see
				if err := tgt.Close(); err != nil {
					t.Fatal(err)
				}
			} else {
				wantClass(t, err, target.ErrUnreachable)
			}
			if own := mine(t); len(own) != 0 {
				t.Errorf("left behind: %+v", own)
			}
		})
	}
}

func TestDockerImageOutOfReach(t *testing.T) {
	needImage(t)
	opts := target.Options{Image: "127.0.0.1:1/redrill/no-such-image:1", PullTimeout: 30 * time.Second}
	_, err := target.Open(t.Context(), "docker", opts)
	wantClass(t, err, target.ErrUnreachable)
	if got := target.ReasonOf(err); got != target.ReasonNoImage {
		t.Errorf("reason of %v = %q, want %q", err, got, target.ReasonNoImage)
	}
	if err != nil && !strings.Contains(err.Error(), opts.Image) {
		t.Errorf("error = %q, want it to name the image", err)
	}
}

func TestAutoFallsBack(t *testing.T) {
	needServer(t)
	needImage(t)
	opts := target.Options{Image: "127.0.0.1:1/redrill/no-such-image:1", TempDir: t.TempDir()}
	tgt := open(t, "auto", opts)
	if tgt.Kind != target.KindProcess {
		t.Errorf("Kind = %s, want process", tgt.Kind)
	}
	if !strings.HasPrefix(tgt.Why, "process: no docker (") || strings.Contains(tgt.Why, "\n") {
		t.Errorf("Why = %q, want one line that says why not docker", tgt.Why)
	}
}

func TestAutoTakesDocker(t *testing.T) {
	image := needImage(t)
	tgt := open(t, "auto", target.Options{Image: image})
	if tgt.Kind != target.KindDocker || !strings.HasPrefix(tgt.Why, "docker: ") {
		t.Errorf("Kind = %s, Why = %q, want docker", tgt.Kind, tgt.Why)
	}
}

// TestHelperProcess is no test: other tests run it in a process of its own
// and kill it.
func TestHelperProcess(t *testing.T) {
	spec := os.Getenv("REDRILL_TEST_HELPER")
	if spec == "" {
		t.Skip("runs for other tests only")
	}
	opts := target.Options{Image: os.Getenv("REDRILL_TEST_HELPER_IMAGE")}
	if _, err := target.Open(t.Context(), spec, opts); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("\nready\n"); err != nil {
		t.Fatal(err)
	}
	select {} // until it is killed
}

// killedHelper opens spec in another process, kills that with SIGKILL and
// returns its process ID.
func killedHelper(tb testing.TB, env ...string) int {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHelperProcess$", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	var seen strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(seen.String(), "\nready\n") {
		n, err := out.Read(buf)
		seen.Write(buf[:n])
		if err != nil {
			_ = cmd.Wait()
			tb.Fatalf("helper ended: %v\n%s", err, seen.String())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		tb.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
	return cmd.Process.Pid
}

func TestKilledDockerIsFoundAndCleaned(t *testing.T) {
	image := needImage(t)
	pid := killedHelper(t, "REDRILL_TEST_HELPER=docker", "REDRILL_TEST_HELPER_IMAGE="+image)
	wantCleaned(t, target.Options{}, target.KindDocker, pid)
}

func TestKilledProcessIsFoundAndCleaned(t *testing.T) {
	needServer(t)
	dir := t.TempDir()
	pid := killedHelper(t, "REDRILL_TEST_HELPER=process", "TMPDIR="+dir)
	if runtime.GOOS == "linux" {
		wantSilence(t, dir)
	}
	wantCleaned(t, target.Options{TempDir: dir}, target.KindProcess, pid)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("after Clean: %v (%v), want nothing", left, err)
	}
}

// wantSilence waits until nobody answers on the sockets below dir.
func wantSilence(tb testing.TB, dir string) {
	tb.Helper()
	sockets, err := filepath.Glob(filepath.Join(dir, "*", "redis.sock"))
	if err != nil || len(sockets) != 1 {
		tb.Fatalf("sockets = %v (%v), want one", sockets, err)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for {
		conn, err := net.Dial("unix", sockets[0])
		if err != nil {
			return
		}
		_ = conn.Close() // it has been accepted: the server still runs
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatal("the server outlives the process that started it")
		}
	}
}

// wantCleaned fails unless exactly one leftover of pid is found, and Clean
// removes it.
func wantCleaned(tb testing.TB, opts target.Options, kind target.Kind, pid int) {
	tb.Helper()
	find := func() (found []target.Leftover) {
		all, err := target.Leftovers(tb.Context(), opts)
		if err != nil {
			tb.Fatal(err)
		}
		for _, l := range all {
			if l.Kind == kind && l.Owner.PID == pid {
				found = append(found, l)
			}
		}
		return found
	}
	left := find()
	if len(left) != 1 || left[0].State != owner.Gone {
		tb.Fatalf("left by process %d: %+v, want one whose owner is gone", pid, left)
	}
	if _, err := target.Clean(tb.Context(), opts); err != nil {
		tb.Fatal(err)
	}
	if left := find(); len(left) != 0 {
		tb.Errorf("after Clean: %+v, want nothing", left)
	}
}
