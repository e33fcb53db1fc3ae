package atomicfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/internal/compress"
)

// names returns the names in dir.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestFileCommit(t *testing.T) {
	want := bytes.Repeat([]byte(`{"a dump": "or anything else"}`+"\n"), 5000)
	for name, magic := range map[string]string{"d.jsonl": "{", "d.jsonl.gz": "\x1f\x8b", "d.jsonl.zst": "\x28\xb5\x2f\xfd"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			var written [][]byte
			for range 2 { // the second replaces the first
				f, err := Create(path)
				if err != nil {
					t.Fatal(err)
				}
				if got := names(t, dir); !strings.HasPrefix(got[0], "."+name+".tmp-") {
					t.Errorf("before Commit: %q", got)
				}
				if _, err := f.Write(want); err != nil {
					t.Fatal(err)
				}
				if err := f.Commit(); err != nil {
					t.Fatal(err)
				}
				if err := f.Abort(); err != nil {
					t.Errorf("Abort after Commit: %v", err)
				}
				if diff := cmp.Diff([]string{name}, names(t, dir)); diff != "" {
					t.Errorf("after Commit (-want +got):\n%s", diff)
				}
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasPrefix(string(b), magic) {
					t.Errorf("file starts with %q, want %q", b[:4], magic)
				}
				written = append(written, b)
			}
			if !bytes.Equal(written[0], written[1]) {
				t.Error("the same bytes gave two files")
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != 0o600 {
				t.Errorf("mode %v, want 0600", info.Mode())
			}
			// What is in the file decides, not what it is called.
			other := filepath.Join(dir, "other")
			if err := os.Rename(path, other); err != nil {
				t.Fatal(err)
			}
			r, err := compress.OpenFile(other)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close(), r.Close()); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, got) {
				t.Error("the file reads back differently")
			}
		})
	}
}

func TestFileAbort(t *testing.T) {
	for _, name := range []string{"d", "d.gz", "d.zst"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Abort(), f.Abort()); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Write after Abort: %v, want %v", err, fs.ErrClosed)
		}
		if err := f.Commit(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Commit after Abort: %v, want %v", err, fs.ErrClosed)
		}
		if diff := cmp.Diff([]string{name}, names(t, dir)); diff != "" {
			t.Errorf("after Abort (-want +got):\n%s", diff)
		}
		if b, err := os.ReadFile(path); string(b) != "old" {
			t.Errorf("the old file is %q, %v", b, err)
		}
	}
}

// TestFileFailedWrite lets the temporary file be a full device.
func TestFileFailedWrite(t *testing.T) {
	for _, name := range []string{"d", "d.gz", "d.zst"} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skipf("no full device: %v", err)
		}
		dir := t.TempDir()
		f, err := Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		// The file stays open under its name, the bytes go to the device.
		tmp := f.tmp
		if f.enc == nil {
			f.enc = full
		} else {
			f.enc.(interface{ Reset(io.Writer) }).Reset(full)
		}
		_, written := f.Write([]byte("text"))
		committed := f.Commit()
		if committed == nil || name == "d" && written == nil {
			t.Errorf("%s: Write = %v, Commit = %v on a full disk", name, written, committed)
		}
		if got := names(t, dir); got != nil {
			t.Errorf("%s: left behind: %q", name, got)
		}
		if err := tmp.Close(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: the temporary file is open", name)
		}
		full.Close()
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, dir + "/", filepath.Join(dir, "no", "d"), os.DevNull, ""} {
		f, err := Create(path)
		if err == nil {
			t.Errorf("Create(%q): no error", path)
			t.Error(f.Abort())
		}
	}
	if got := names(t, dir); got != nil {
		t.Errorf("left behind: %q", got)
	}
}

func TestCreateInTheWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	f, err := Create("d")
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("before Commit: %q", got)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"d"}, names(t, dir)); diff != "" {
		t.Errorf("after Commit (-want +got):\n%s", diff)
	}
}

func TestCommitFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "d")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil { // what Create refuses comes later
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil {
		t.Error("Commit over a directory: no error")
	}
	if diff := cmp.Diff([]string{"d"}, names(t, dir)); diff != "" {
		t.Errorf("after Commit (-want +got):\n%s", diff)
	}
}

// TestCreateThroughALink: a link stays a link, and its name says how to compress.
func TestCreateThroughALink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "dump.jsonl"), filepath.Join(dir, "latest.gz")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("dump.jsonl", link); err != nil {
		t.Fatal(err)
	}
	f, err := Create(link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v; want a link", info, err)
	}
	if b, err := os.ReadFile(path); err != nil || len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		t.Errorf("the file holds %q, %v; want gzip", b, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(link); err == nil {
		t.Error("Create of a link to nothing: no error")
	}
}
