//go:build unix

package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"redrill/keyspace"
)

// link replaces path by what make makes of its old place, which is moved out of
// the tree.
func link(path string, make func(old, new string) error) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		full := filepath.Join(dir, path)
		moved := filepath.Join(t.TempDir(), "moved")
		if err := os.Rename(full, moved); err != nil {
			t.Fatal(err)
		}
		if err := make(moved, full); err != nil {
			t.Fatal(err)
		}
	}
}

// fifo replaces path by a named pipe, which nobody writes to.
func fifo(path string) func(*testing.T, string) {
	return link(path, func(_, full string) error { return syscall.Mkfifo(full, 0o600) })
}

// inside replaces path by a symbolic link to another file of the same directory.
func inside(path, target string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		full := filepath.Join(dir, path)
		if err := os.Rename(full, filepath.Join(filepath.Dir(full), target)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, full); err != nil {
			t.Fatal(err)
		}
	}
}

var unsafeRefusals = []refusal{
	{"manifest a symbolic link", link("MANIFEST.json", os.Symlink), false, "a symbolic link where"},
	{"checksums a symbolic link", link("CHECKSUMS", os.Symlink), false, "a symbolic link where"},
	{"redis a symbolic link", link("redis", os.Symlink), false, "redis: a symbolic link where a directory"},
	{"database a symbolic link", link("redis/db_0", os.Symlink), false, "db_0: a symbolic link where a directory"},
	{"family a symbolic link", link(db0+"sets", os.Symlink), false, "sets: a symbolic link where a directory"},
	{"family a symbolic link inside", inside(db0+"sets", "vectors"), false, "redis/db_0/"},
	{"value a symbolic link", link(db0+"sets/s.json", os.Symlink), false, "a symbolic link where a regular file"},
	{"value a symbolic link inside", inside(db0+"sets/s.json", "other.json"), false, "redis/db_0/sets/"},
	{"sidecar a symbolic link", link(db0+"strings_ttl.jsonl", os.Symlink), false, "a symbolic link where a regular file"},
	{"keymap a symbolic link", link(db0+"KEYMAP.jsonl", os.Symlink), false, "a symbolic link where a regular file"},
	{"manifest a hard link", link("MANIFEST.json", os.Link), false, "hard links"},
	{"checksums a hard link", link("CHECKSUMS", os.Link), false, "hard links"},
	{"value a hard link", link(db0+"hll/hll.bin", os.Link), false, "hard links"},
	{"sidecar a hard link", link(db0+"hll_ttl.jsonl", os.Link), false, "hard links"},
	{"keymap a hard link", link(db0+"KEYMAP.jsonl", os.Link), false, "hard links"},
	{"manifest a pipe", fifo("MANIFEST.json"), false, "a named pipe where"},
	{"checksums a pipe", fifo("CHECKSUMS"), false, "a named pipe where"},
	{"value a pipe", fifo(db0 + "lists/l.json"), false, "a named pipe where"},
	{"sidecar a pipe", fifo(db0 + "strings_ttl.jsonl"), false, "a named pipe where"},
	{"keymap a pipe", fifo(db0 + "KEYMAP.jsonl"), false, "a named pipe where"},
	{"family a pipe", fifo(db0 + "sets"), false, "a named pipe where a directory"},
	{"database a pipe", fifo("redis/db_3"), false, "a named pipe where a directory"},
	{"other adapter a symbolic link", func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Symlink(t.TempDir(), filepath.Join(dir, "s3")); err != nil {
			t.Fatal(err)
		}
	}, false, "s3: a symbolic link where a directory"},
	{"symbolic link in another adapter", func(t *testing.T, dir string) {
		t.Helper()
		write(t, dir, "s3/b/x", "")
		resum(t, dir)
		if err := os.Symlink("/", filepath.Join(dir, "s3", "b", "root")); err != nil {
			t.Fatal(err)
		}
	}, false, "s3/b/root: a symbolic link where a regular file"},
}

// TestOpenLinkedRoot refuses a root that is a symbolic link, for reading and for
// writing, however its path is written.
func TestOpenLinkedRoot(t *testing.T) {
	dir := copyTree(t, filepath.Join("testdata", "golden"))
	linked := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, linked); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{linked, linked + "/", linked + "//."} {
		if _, err := Open(path); err == nil {
			t.Errorf("Open(%q) followed the link", path)
		}
		if _, err := Create(path, Options{}); err == nil {
			t.Errorf("Create(%q) followed the link", path)
		}
	}
}

// TestReplacedAfterOpen replaces files between Open and reading them.
func TestReplacedAfterOpen(t *testing.T) {
	for _, tt := range unsafeRefusals {
		if tt.name != "value a symbolic link" && tt.name != "value a hard link" && tt.name != "value a pipe" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			dir := copyTree(t, filepath.Join("testdata", "golden"))
			r, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			tt.change(t, dir)
			var last error
			for _, err := range r.Keys(nil) {
				last = err
			}
			if last == nil {
				t.Error("the file was read")
			}
		})
	}
}

// TestInTheWay puts something at the place of a file that the writer is about to
// make: it is neither followed, nor truncated, nor waited for.
func TestInTheWay(t *testing.T) {
	key := keyspace.Key{Name: "k", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(1)}
	long := keyspace.Key{Name: strings.Repeat("k", 241), Value: keyspace.String("v")}
	tests := []struct {
		name string
		path string
		key  keyspace.Key
	}{
		{"value", db0 + "strings/k.bin", key},
		{"sidecar", db0 + "strings_ttl.jsonl", key},
		{"keymap", db0 + "KEYMAP.jsonl", long},
		{"checksums", "CHECKSUMS", key},
		{"manifest", "MANIFEST.json.tmp", key},
	}
	ways := map[string]func(target, path string) error{
		"symbolic link": os.Symlink,
		"hard link":     os.Link,
		"pipe":          func(_, path string) error { return syscall.Mkfifo(path, 0o600) },
	}
	for _, tt := range tests {
		for way, put := range ways {
			t.Run(tt.name+"/"+way, func(t *testing.T) {
				parent := t.TempDir()
				dir, target := filepath.Join(parent, "tree"), filepath.Join(parent, "target")
				if err := os.WriteFile(target, []byte("precious"), 0o600); err != nil {
					t.Fatal(err)
				}
				w, err := Create(dir, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Key(keyspace.Key{Name: "first", Value: keyspace.String("v")}); err != nil {
					t.Fatal(err)
				}
				if err := put(target, filepath.Join(dir, tt.path)); err != nil {
					t.Fatal(err)
				}
				if err = w.Key(tt.key); err == nil {
					err = w.Close()
				}
				if !errors.Is(err, fs.ErrExist) {
					t.Errorf("error %v, want %v", err, fs.ErrExist)
				}
				if b, err := os.ReadFile(target); err != nil || string(b) != "precious" {
					t.Errorf("the other file is %q, %v", b, err)
				}
				if err := w.Abort(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
