package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"redrill/internal/compress"
	sources "redrill/source"
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

// TestNoRoom: a dump that cannot fit is refused before its source is read, and
// before a server is started for it. The sources are large by name only: files
// with holes.
func TestNoRoom(t *testing.T) {
	const huge = 15 << 40 // bytes, about the most that a file may have
	dir := t.TempDir()
	hole := func(path, text string) string {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, huge); err != nil {
			t.Skipf("no such files here: %v", err)
		}
		return path
	}
	snapshot := hole("00000000000000a1.fsm", "EKVPBBL1")
	dump := hole("dump.jsonl", `{"redrill_dump":`)
	hole("tree/redis/db_0/strings/a.bin", "")
	tree := filepath.Join(dir, "tree")
	if err := os.WriteFile(filepath.Join(tree, "MANIFEST.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{snapshot, dump, tree} {
		need := sources.DumpBytes(source)
		if need < huge/100 {
			t.Errorf("the dump of %s has at least %d bytes", source, need)
		}
		if err := sources.CheckRoom(dir, need); !errors.Is(err, sources.ErrNoRoom) {
			t.Skip("the disk is larger than any file")
		}
	}
	for _, row := range []struct {
		name, args string
		status     int
	}{
		{"decode", "decode SOURCE -o OUT/dump.jsonl", exitCannotTell},
		{"decode into a tree", "decode SOURCE -o OUT/tree --format tree", exitCannotTell},
		{"drill", "drill SOURCE --target embedded", exitCannotTell},
		{"drill that keeps its dump", "drill SOURCE --target embedded --keep-dump OUT/dump.jsonl", exitCannotTell},
		{"compressed, of unknown size", "decode SOURCE -o OUT/dump.jsonl.zst", exitCorrupt},
	} {
		for _, source := range []string{snapshot, dump, tree} {
			if row.status == exitCorrupt && source != tree {
				continue // They would be read to their ends.
			}
			t.Run(row.name+", "+filepath.Base(source), func(t *testing.T) {
				out, tmp := t.TempDir(), t.TempDir()
				t.Setenv("TMPDIR", tmp)
				status, text := redrill(t, strings.Fields(strings.NewReplacer("SOURCE", source, "OUT", out).Replace(row.args))...)
				if status != row.status {
					t.Errorf("status %d, want %d\n%s", status, row.status, text)
				}
				said := strings.Contains(text, "error: reserve space for the dump: ") && strings.Contains(text, "not enough space on the disk") && strings.Contains(text, "hint: free some space")
				if said != (row.status == exitCannotTell) || strings.Contains(text, "target ") {
					t.Errorf("output %q", text)
				}
				for _, dir := range []string{out, tmp} {
					if left := entries(t, dir); len(left) > 0 {
						t.Errorf("left behind: %q", left)
					}
				}
			})
		}
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
