package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"redrill/internal/race"
	"redrill/target"
)

// TestMain puts the command redrill on the PATH of the tests: this program,
// started again under that name.
func TestMain(m *testing.M) {
	if os.Getenv("GORACE") == "" { // with -race every program would sleep for a second at its end
		if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"redrill": main})
}

// TestScript runs testdata/script: one script per verb and subject.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:       "testdata/script",
		Setup:     setupScript,
		Condition: condition,
		Cmds:      scriptCommands,
	})
}

// setupScript lets scripts find the fixtures and the Docker daemon.
func setupScript(e *testscript.Env) error {
	data, err := filepath.Abs("../../testdata")
	if err != nil {
		return err
	}
	e.Values[testKey{}] = e.T() // a testing.TB, see Env.T
	e.Values[fakesKey{}] = fakes{}
	e.Setenv("NODE", filepath.Join(data, "node"))
	e.Setenv("FIELD", filepath.Join(data, "field"))
	e.Setenv("RDB", filepath.Join(data, "rdb"))
	e.Setenv("IMAGE", testImage())
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "XDG_RUNTIME_DIR", "TESTCONTAINERS_HOST_OVERRIDE"} {
		if v := os.Getenv(name); v != "" {
			e.Setenv(name, v)
		}
	}
	return nil
}

// condition answers what a script asks: is there a server program, is there a
// Docker daemon with an image? Where one is required, its absence is an error.
func condition(what string) (bool, error) {
	switch what {
	case "redis":
		return required(redisMissing(), "REDIS_REQUIRED")
	case "docker":
		return required(dockerMissing(), "DOCKER_REQUIRED")
	case "race":
		return race.Enabled(), nil
	case "root":
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", what)
}

func required(missing, variable string) (bool, error) {
	if missing != "" && os.Getenv(variable) == "1" {
		return false, errors.New(variable + "=1 but " + missing)
	}
	return missing == "", nil
}

// redisMissing returns why no server can be started, or nothing.
func redisMissing() string {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return "no redis-server on PATH"
	}
	return ""
}

// dockerMissing returns why no container can be started, or nothing.
var dockerMissing = sync.OnceValue(func() string {
	switch d := target.Diagnose(context.Background(), target.Options{Image: testImage()}); {
	case d.Docker == "":
		return "no Docker daemon answers: " + d.DockerError
	case !d.ImageLocal:
		return "image " + testImage() + " is not local: run scripts/redis-image.sh, or set REDRILL_TEST_IMAGE"
	}
	return ""
})

// testImage is a Redis image; scripts/redis-image.sh builds the default.
func testImage() string {
	if image := os.Getenv("REDRILL_TEST_IMAGE"); image != "" {
		return image
	}
	return "redrill-redis:local"
}

// needRedis skips, or fails under REDIS_REQUIRED=1, without a server program.
func needRedis(tb testing.TB) {
	tb.Helper()
	need(tb, redisMissing(), "REDIS_REQUIRED")
}

// needDocker skips, or fails under DOCKER_REQUIRED=1, without a daemon or image.
func needDocker(tb testing.TB) {
	tb.Helper()
	need(tb, dockerMissing(), "DOCKER_REQUIRED")
}

func need(tb testing.TB, missing, variable string) {
	tb.Helper()
	if missing == "" {
		return
	}
	if os.Getenv(variable) == "1" {
		tb.Fatal(variable + "=1 but " + missing)
	}
	tb.Skip(missing)
}

// entries returns what is in a directory.
func entries(tb testing.TB, dir string) (names []string) {
	tb.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
