package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"redrill/internal/compress"
)

// TestDiskFull: a dump, a compressed one, a report or a spooled input that does
// not fit ends the command with an error and leaves nothing but a report of that.
func TestDiskFull(t *testing.T) {
	program, err := exec.LookPath("redrill")
	if err != nil {
		t.Fatal(err)
	}
	snapshot := writeSnapshot(t, snapshots["large"]()) // 3 MB
	for _, row := range []struct {
		name  string
		args  string
		stdin string
	}{
		{"dump", "decode " + snapshot + " -o OUT/dump.jsonl", ""},
		{"gzip", "decode " + snapshot + " -o OUT/dump.jsonl.gz", ""},
		{"zstd", "decode " + snapshot + " -o OUT/dump.jsonl.zst", ""},
		{"standard input", "decode - -o OUT/dump.jsonl", snapshot},
		{"dump of a drill", "drill " + snapshot + " --target embedded --diffs OUT/diffs.jsonl", ""},
		{"kept dump of a drill", "drill " + snapshot + " --target embedded --keep-dump OUT/dump.jsonl --junit OUT/junit.xml", ""},
	} {
		t.Run(row.name+", limited", func(t *testing.T) {
			out, tmp := t.TempDir(), t.TempDir()
			// In blocks of 512 bytes, or of 1024 in some shells.
			shell := exec.Command("/bin/sh", "-c", "ulimit -f 4 && exec "+program+" "+strings.ReplaceAll(row.args, "OUT", out))
			shell.Env = append(os.Environ(), "TMPDIR="+tmp)
			wantNoSpace(t, shell, row.stdin, out, tmp)
		})
		t.Run(row.name+", tmpfs", func(t *testing.T) {
			dir := smallDisk(t)
			out, tmp := filepath.Join(dir, "out"), filepath.Join(dir, "tmp")
			for _, d := range []string{out, tmp} {
				if err := os.Mkdir(d, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			c := exec.Command(program, strings.Fields(strings.ReplaceAll(row.args, "OUT", out))...)
			c.Env = append(os.Environ(), "TMPDIR="+tmp)
			wantNoSpace(t, c, row.stdin, out, tmp)
		})
	}
}

func wantNoSpace(t *testing.T, c *exec.Cmd, stdin, out, tmp string) {
	t.Helper()
	if stdin != "" {
		f, err := compress.OpenFile(stdin)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c.Stdin = f
	}
	text, err := c.CombinedOutput()
	if status := c.ProcessState.ExitCode(); status != exitCannotTell {
		t.Errorf("status %d (%v), want %d\n%s", status, err, exitCannotTell, text)
	}
	if !strings.Contains(string(text), "error: ") {
		t.Errorf("output %q, want an error", text)
	}
	for _, dir := range []string{out, tmp} {
		for _, name := range entries(t, dir) {
			// What is small enough to be written says that the run failed.
			if b, err := os.ReadFile(filepath.Join(dir, name)); name != "junit.xml" || err != nil || !strings.Contains(string(b), `failures="1"`) {
				t.Errorf("left in %s: %q: %v\n%s", filepath.Base(dir), name, err, b)
			}
		}
	}
}

// smallDisk returns a directory with room for 16 kB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", 16<<10)); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}
