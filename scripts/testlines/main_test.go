package main

import (
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSummarize(t *testing.T) {
	events := `{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: no redis-server on PATH\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:9: no redis-server on PATH\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:1: broken\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"--- FAIL: TestC (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Test":"TestD","Output":"chatter\n"}
{"Action":"pass","Package":"p","Test":"TestD"}
{"Action":"output","Package":"p","Test":"TestE","Output":"panic: boom\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
not an event
`
	want := `    c_test.go:1: broken
--- FAIL: TestC (0.00s)
FAIL	p	0.1s
not an event
panic: boom
skipped 2: no redis-server on PATH
`
	var got strings.Builder
	if err := summarize(strings.NewReader(events), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("summarize() (-want +got):\n%s", diff)
	}
}

// TestRun: tests that fail, or that cannot be run, fail the command.
func TestRun(t *testing.T) {
	for _, row := range []struct {
		command []string
		status  int // -1: an error without one
	}{
		{[]string{"go", "version"}, 0},
		{[]string{"go", "no-such-command"}, 2},
		{[]string{"/no/such/program"}, -1},
		{nil, -1},
	} {
		err := run(row.command, io.Discard)
		status := 0
		if err != nil {
			status = -1
		}
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			status = exit.ExitCode()
		}
		if status != row.status {
			t.Errorf("run(%q) = %v, want status %d", row.command, err, row.status)
		}
	}
}
