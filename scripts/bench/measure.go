package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// usage is what one process took.
type usage struct {
	wall      time.Duration
	peakBytes int64 // largest resident set; 0 where the system does not say
}

// execute runs a command to its end. An error quotes what it printed. The input may
// be nil. The peak is never below that of this process, which holds little.
func execute(ctx context.Context, stdin io.Reader, name string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var out tail
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &out
	start := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(start)}
	if err != nil {
		return u, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out.text)
	}
	u.peakBytes = peakBytes(cmd.ProcessState)
	return u, nil
}

// tail keeps the last bytes written to it: the error stands at the end.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if extra := len(t.text) - 2048; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}
