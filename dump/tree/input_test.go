package tree

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestReadErrorOfAHyperLogLog: what was read before an error is not taken for
// the whole payload.
func TestReadErrorOfAHyperLogLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pf")
	if err := os.WriteFile(path, bytes.Repeat([]byte{0}, 10), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	in, err := openInput(dir, "pf", "pf", [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := (&hyperLogLogValue{}).parse(in, nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("error %v, want %v", err, fs.ErrClosed)
	}
}

// TestKindOf: every kind of file has its own words.
func TestKindOf(t *testing.T) {
	for mode, want := range map[fs.FileMode]string{
		fs.ModeSymlink | 0o777:                 "a symbolic link",
		fs.ModeNamedPipe | 0o600:               "a named pipe",
		fs.ModeSocket | 0o600:                  "a socket",
		fs.ModeDevice | fs.ModeCharDevice:      "a device",
		fs.ModeDir | fs.ModeSetuid | 0o700:     "a directory",
		fs.ModeSetuid | fs.ModeSetgid | 0o4755: "a regular file",
		fs.ModeIrregular:                       "a special file",
	} {
		if got := kindOf(mode); got != want {
			t.Errorf("%v: %q, want %q", mode, got, want)
		}
	}
}
