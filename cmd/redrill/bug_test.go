package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// panicking is standard output of which the write after n panics.
type panicking struct {
	bytes.Buffer
	n int
}

func (p *panicking) Write(b []byte) (int, error) {
	if p.n--; p.n == -1 {
		panic("boom")
	}
	return p.Buffer.Write(b)
}

// TestInternalError: a panic is no wrong use of the command: it ends with status 4,
// says where to report it, leaves a result and no file that is not finished.
func TestInternalError(t *testing.T) {
	snapshot := writeSnapshot(t, snapshots["types"]())
	dir := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	junit := filepath.Join(dir, "junit.xml")
	for _, args := range [][]string{
		{"drill", snapshot, "--target", "embedded", "--junit", junit, "--keep-dump", filepath.Join(dir, "dump.jsonl")},
		{"inspect", snapshot},
		{"doctor"},
	} {
		var stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &panicking{}, stderr: &stderr}
		if status := a.execute(t.Context(), args); status != exitCannotTell {
			t.Errorf("%s ended with %d, want %d", args[0], status, exitCannotTell)
		}
		for _, want := range []string{"error: internal error: boom\n", "hint: this is a bug in redrill", "goroutine "} {
			if !strings.Contains(stderr.String(), want) {
				t.Errorf("%s says %q, want %q in it", args[0], &stderr, want)
			}
		}
	}
	text, err := os.ReadFile(junit)
	if err != nil || !strings.Contains(string(text), `message="internal: internal error: boom"`) {
		t.Errorf("the JUnit report says: %v\n%s", err, text)
	}
	if left := entries(t, dir); len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
	if left := entries(t, os.TempDir()); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestInternalErrorInJSON: its result has a class of its own.
func TestInternalErrorInJSON(t *testing.T) {
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	a.keepSecret("boom box")
	err := guard(func() error { panic("boom") })
	if e := a.errorOf(statusOf(t.Context(), err), err); e.Class != "internal" || e.Hint != bugHint || e.Message != "internal error: boom" {
		t.Errorf("errorOf = %+v", e)
	}
	if b, err := json.Marshal(a.envelope(4)); err != nil || !strings.Contains(string(b), `"status":4`) {
		t.Errorf("envelope = %s, %v", b, err)
	}
}
