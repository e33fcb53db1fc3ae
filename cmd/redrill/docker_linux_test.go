package main

import (
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"redrill/target"
)

// TestDockerInterrupted: an interrupt in the middle of a drill leaves no
// container.
func TestDockerInterrupted(t *testing.T) {
	needDocker(t)
	c := newChild(t, "drill", faultSnapshot(t), "--target", "docker", "--image", testImage())
	c.start(t)
	id := awaitContainer(t, c.Process.Pid)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	c.wantInterrupted(t)
	if slices.ContainsFunc(leftContainers(t), func(l target.Leftover) bool { return l.Name == id }) {
		t.Error("the container is still there")
	}
}

// TestDockerKilled: kill -9 leaves a container, which doctor names and removes.
func TestDockerKilled(t *testing.T) {
	needDocker(t)
	c := newChild(t, "drill", faultSnapshot(t), "--target", "docker", "--image", testImage())
	c.start(t)
	id := awaitContainer(t, c.Process.Pid)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // killed
	if status, out := redrill(t, "doctor"); status != exitVerified || !strings.Contains(out, id) {
		t.Errorf("doctor ended with %d, want it to name container %s:\n%s", status, id, out)
	}
	if status, out := redrill(t, "doctor", "--clean"); status != exitVerified || !strings.Contains(out, id) {
		t.Errorf("doctor --clean ended with %d, want it to name container %s:\n%s", status, id, out)
	}
	if slices.ContainsFunc(leftContainers(t), func(l target.Leftover) bool { return l.Name == id }) {
		t.Error("the container is still there")
	}
}

// leftContainers lists the containers of all redrill processes.
func leftContainers(tb testing.TB) (found []target.Leftover) {
	tb.Helper()
	all, err := target.Leftovers(context.WithoutCancel(tb.Context()), target.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, l := range all {
		if l.Kind == target.KindDocker {
			found = append(found, l)
		}
	}
	return found
}

// awaitContainer waits until the process pid has a container and returns its ID.
func awaitContainer(tb testing.TB, pid int) string {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), hung)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, l := range leftContainers(tb) {
			if l.Owner.PID == pid {
				return l.Name
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatal("no container appeared")
		}
	}
}

// TestDockerTooSlow: a daemon that takes too long is told with the flag that gives
// it more time.
func TestDockerTooSlow(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	c := newChild(t, "drill", faultSnapshot(t), "--target", "docker", "--image", testImage(), "--docker-timeout", "200ms")
	c.Env = append(c.Env, "DOCKER_HOST=tcp://"+silent.Addr().String())
	c.start(t)
	_ = c.Wait() // its status is looked at
	if out := c.output.String(); c.ProcessState.ExitCode() != exitTarget ||
		!strings.Contains(out, "within 200ms") || !strings.Contains(out, "--docker-timeout") {
		t.Errorf("status %d, want %d and the flag:\n%s", c.ProcessState.ExitCode(), exitTarget, out)
	}
}
