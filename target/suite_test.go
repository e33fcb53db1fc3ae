package target_test

import (
	"testing"
	"time"

	"redrill/target"
	"redrill/target/targettest"
)

func TestSuite(t *testing.T) {
	t.Run("process", func(t *testing.T) {
		needServer(t)
		suite(t, "process", target.Options{TempDir: t.TempDir()})
	})
	t.Run("embedded", func(t *testing.T) {
		suite(t, "embedded", target.Options{AsOf: time.UnixMilli(1_790_000_000_123)})
	})
	t.Run("docker", func(t *testing.T) {
		suite(t, "docker", target.Options{Image: needImage(t)})
	})
}

func suite(t *testing.T, spec string, opts target.Options) {
	t.Helper()
	targettest.Run(t, func(t *testing.T) *target.Target {
		t.Helper()
		return open(t, spec, opts)
	})
}
