package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// DefaultTimeout is the time limit of a run where none is given.
const DefaultTimeout = 10 * time.Second

const (
	stderrBytes = 8 << 10 // kept of its head, and of its tail
	// leftoverDelay is how long children of a command that has ended may keep
	// its standard error open before they are killed.
	leftoverDelay = time.Second
)

// Exit is how a run ended.
type Exit struct {
	Status   int    `json:"status"`          // -1 after a signal or the time limit
	Signal   string `json:"signal,omitzero"` // that ended it, but for the time limit
	TimedOut bool   `json:"timed_out,omitzero"`
	Stderr   string `json:"stderr,omitzero"` // head and tail
}

// Run runs the command with values for its placeholders and without standard
// input; standard output is dropped. A timeout of 0 is [DefaultTimeout]. How the
// command ends is no error; that it cannot be started is one, and so is the end
// of ctx.
func (c Command) Run(ctx context.Context, timeout time.Duration, values ...string) (Exit, error) {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := c.Args(values...)
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	var stderr clipped
	cmd.Stderr = &stderr
	cmd.WaitDelay = leftoverDelay
	kill := ownGroup(cmd)
	cmd.Cancel = kill
	if err := cmd.Start(); err != nil {
		return Exit{}, fmt.Errorf("start %s: %w", args[0], err)
	}
	err := cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		_ = kill() // Children that outlived the command; there may be none.
	}
	if ctx.Err() != nil {
		return Exit{}, ctx.Err()
	}
	exit := Exit{Status: cmd.ProcessState.ExitCode(), Stderr: stderr.String()}
	if exit.Status < 0 {
		exit.TimedOut = limited.Err() != nil
		if !exit.TimedOut {
			exit.Signal = signalOf(cmd.ProcessState)
		}
	}
	return exit, nil
}

var (
	goPanic   = regexp.MustCompile(`(?m)^(panic: |fatal error: |SIG[A-Z]+: )`)
	rustPanic = regexp.MustCompile(`(?m)^thread .* panicked at `)
)

// Crashed reports whether the run ended by a signal, its own or one that a
// wrapper reports as 128 and its number, or by a panic of Go or Rust.
func (e Exit) Crashed() bool {
	switch {
	case e.Signal != "", e.Status > 128 && e.Status <= 128+64:
		return true
	case e.Status == 2:
		return goPanic.MatchString(e.Stderr) && strings.Contains(e.Stderr, "\ngoroutine ")
	case e.Status == 101:
		return rustPanic.MatchString(e.Stderr)
	}
	return false
}

// String says how the run ended, in a few words.
func (e Exit) String() string {
	switch {
	case e.TimedOut:
		return "killed at the time limit"
	case e.Signal != "":
		return "signal: " + e.Signal
	}
	return fmt.Sprintf("exit status %d", e.Status)
}

// clipped keeps the head and the tail of what is written to it.
type clipped struct {
	head, tail []byte
	dropped    int64
}

// Write implements [io.Writer]; it never fails.
func (c *clipped) Write(p []byte) (int, error) {
	n := len(p)
	room := min(stderrBytes-len(c.head), len(p))
	c.head, p = append(c.head, p[:room]...), p[room:]
	c.tail = append(c.tail, p...)
	if over := len(c.tail) - stderrBytes; over > 0 {
		c.dropped += int64(over)
		c.tail = append(c.tail[:0], c.tail[over:]...)
	}
	return n, nil
}

func (c *clipped) String() string {
	middle := ""
	if c.dropped > 0 {
		middle = fmt.Sprintf("\n… %d bytes left out …\n", c.dropped)
	}
	return strings.ToValidUTF8(string(c.head)+middle+string(c.tail), "\uFFFD")
}
