package target

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/client"
)

// ErrNotLoaded is a server that refuses a file which it was to start with, or that
// dies of it: what is in the file does not come back on this server.
var ErrNotLoaded = errors.New("the server does not come up with the file")

// Load is an RDB file that a server starts with, as an operator would start it. The
// server gets a copy of its own.
type Load struct {
	Content func() io.Reader // the file from its beginning
	Size    int64            // bytes
}

// Loaded says how a server came up with a file.
type Loaded struct {
	Seconds float64  `json:"seconds"` // from its start to its first answer: the restore time
	Log     []string `json:"log"`     // what it said about the file
}

// bytesPerSecond is the least speed of loading that is waited for.
const bytesPerSecond = 2 << 20

// patience is how much longer a server may take to come up with a file.
func (l *Load) patience() time.Duration {
	if l == nil {
		return 0
	}
	return time.Minute + time.Duration(l.Size/bytesPerSecond)*time.Second
}

// into copies the file into a directory, under a name.
func (l *Load) into(dir, name string) (err error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("copy the file for the server: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, l.Content()); err != nil {
		return fmt.Errorf("copy the file for the server: %w", err)
	}
	return nil
}

// containerDir is where a container gets the file: every image has it.
const containerDir = "/tmp"

// intoContainer copies the file into a container that has not been started.
func (l *Load) intoContainer(ctx context.Context, c client.APIClient, id, name string) error {
	r, w := io.Pipe()
	go func() {
		t := tar.NewWriter(w)
		err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: l.Size, Typeflag: tar.TypeReg})
		if err == nil {
			_, err = io.Copy(t, l.Content())
		}
		if err == nil {
			err = t.Close()
		}
		_ = w.CloseWithError(err) // never fails
	}()
	_, err := c.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: containerDir, Content: r})
	_ = r.Close() // never fails; ends the goroutine
	if err != nil {
		return fmt.Errorf("copy the file into the container: %w", err)
	}
	return nil
}

var (
	logStamp = regexp.MustCompile(`^\d+:[A-Z] \d+ \w+ \d{4} [0-9:.]+ [*#.-] `)
	aboutRDB = regexp.MustCompile(`(?i)rdb|loading|db loaded|keys|empty|expired`)
)

// aboutFile returns the lines of a server's log that are about a file, without times.
func aboutFile(log string) (lines []string) {
	for line := range strings.SplitSeq(log, "\n") {
		line = strings.TrimSpace(logStamp.ReplaceAllString(strings.TrimSpace(line), ""))
		if aboutRDB.MatchString(line) && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines[:min(len(lines), maxLogLines)]
}

const maxLogLines = 20

// noise are lines that say nothing about why a server does not come up: what every
// start logs, what a check of the file counts, and the frame of a crash report.
var noise = regexp.MustCompile(`(?i)overcommit|running mode|server initialized|configuration loaded|monotonic clock|oO0Oo|version=|just started|` +
	`^\[info\]|checking rdb|selecting db|rdb error detected|bug report|^-+$|left mouse button|terminating server`)

// trace is the line behind which a crash report tells of the process, not of the reason.
var trace = regexp.MustCompile(`STACK TRACE`)

// checkOffset stands before what a check of the file repeats.
var checkOffset = regexp.MustCompile(`^\[(offset \d+|additional info)\] `)

// loadWords returns what a server that did not come up, or that died, said about the
// reason: its last lines before a crash report goes on to the process, without noise.
func loadWords(log string) string {
	if at := trace.FindStringIndex(log); at != nil {
		log = log[:at[0]]
	}
	var lines []string
	for line := range strings.SplitSeq(log, "\n") {
		line = strings.TrimSpace(logStamp.ReplaceAllString(strings.TrimSpace(line), ""))
		if line == "" || noise.MatchString(line) {
			continue
		}
		if line = checkOffset.ReplaceAllString(line, ""); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "; its last words: " + strings.Join(lines[max(0, len(lines)-lastLines):], " | ")
}

const lastLines = 4

// loaded completes a target whose server has come up with a file.
func (t *Target) loaded(since time.Time, log string) {
	t.Loaded = &Loaded{Seconds: time.Since(since).Seconds(), Log: aboutFile(log)}
}

// Died reports whether a server that redrill started has ended by itself, and its
// last words. A server that loaded a damaged file may die when a key is read.
func (t *Target) Died(ctx context.Context) (words string, died bool) {
	if t.died == nil {
		return "", false
	}
	return t.died(ctx)
}
