package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func touch(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// planDir is a directory with files, and with other names of them.
func planDir(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	touch(t, "two.fsm", "snapshot")
	touch(t, "tree/redis/db_0/x", "tree")
	touch(t, "other", "other")
	for link, to := range map[string]string{"link": "two.fsm", "there": "tree", "here": ".", "nowhere": "absent"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Link("two.fsm", "hard"); err != nil {
		t.Skip(err)
	}
}

func anyFile([]byte) bool { return true }

func TestPlanKeepsFilesApart(t *testing.T) {
	planDir(t)
	abs, err := filepath.Abs("two.fsm")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		out  []string
		want error
	}{
		{"the input", []string{"two.fsm"}, ErrInUse},
		{"the input in the same directory", []string{"./two.fsm"}, ErrInUse},
		{"the input by its full path", []string{abs}, ErrInUse},
		{"through a directory and back", []string{"tree/../two.fsm"}, ErrInUse},
		{"through a link to a directory and back", []string{"here/../two.fsm"}, nil}, // a file of the parent directory
		{"a symbolic link to the input", []string{"link"}, ErrInUse},
		{"a hard link to the input", []string{"hard"}, ErrInUse},
		{"another file", []string{"other"}, nil},
		{"a new file", []string{"new"}, nil},
		{"one new file twice", []string{"new", "new"}, ErrInUse},
		{"one new file by two names", []string{"new", "./tree/../new"}, ErrInUse},
		{"one new file through a link", []string{"tree/../new", "here/new"}, ErrInUse},
		{"new files that differ by case only", []string{"new", "New"}, ErrInUse},
		{"two new files", []string{"new", "newer"}, nil},
		{"new files of one name in two directories", []string{"new", "tree/new"}, nil},
		{"an old and a new file", []string{"other", "new"}, nil},
		{"one old file twice", []string{"other", "other"}, ErrInUse},
		{"no directory", []string{"absent/new"}, fs.ErrNotExist},
		{"a device, twice", []string{os.DevNull, os.DevNull}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Plan{}
			p.Input("two.fsm", "two.fsm")
			var err error
			for _, out := range tt.out {
				if err = p.Output(out, out, anyFile); err != nil {
					break
				}
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("Output(%q) = %v, want %v", tt.out, err, tt.want)
			}
		})
	}
}

// TestPlanForceSparesInputs: --force is about what would be replaced, not about
// what is read.
func TestPlanForceSparesInputs(t *testing.T) {
	planDir(t)
	p := Plan{Force: true}
	p.Input("two.fsm", "two.fsm")
	if err := p.Output("-o", "hard", nil); !errors.Is(err, ErrInUse) {
		t.Errorf("forced onto the input: %v, want %v", err, ErrInUse)
	}
	if err := p.Output("-o", "other", nil); err != nil {
		t.Errorf("forced onto another file: %v", err)
	}
}

func TestPlanKeepsWholeDirectories(t *testing.T) {
	planDir(t)
	for out, want := range map[string]error{
		"tree/new": ErrInUse, "tree/redis/new": ErrInUse, "there/redis/db_0/new": ErrInUse, "tree/redis/../new": ErrInUse,
		"tree": ErrInUse, "there": ErrInUse, "new": nil, "here/new": nil,
	} {
		p := Plan{}
		p.InputDir("tree", "tree")
		if err := p.Output(out, out, anyFile); !errors.Is(err, want) {
			t.Errorf("Output(%q) = %v, want %v", out, err, want)
		}
	}
	p := Plan{}
	p.Input("tree", "tree") // not with all that is in it
	if err := p.Output("tree/new", "tree/new", anyFile); err != nil {
		t.Errorf("beside an input: %v", err)
	}
}

func TestPlanOpenFiles(t *testing.T) {
	planDir(t)
	open := func(path string) *os.File {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	two, other, null := open("hard"), open("other"), open(os.DevNull)
	p := Plan{}
	p.InputOpen("standard input", two)
	p.InputOpen("standard input", null)
	for _, f := range []*os.File{other, other, null} { // output and errors may go to one file
		if err := p.OutputOpen("standard output", f); err != nil {
			t.Error(err)
		}
	}
	if err := p.OutputOpen("standard output", two); !errors.Is(err, ErrInUse) {
		t.Errorf("standard output is the input: %v", err)
	}
	if err := p.Output("-o", "link", nil); !errors.Is(err, ErrInUse) {
		t.Errorf("an output is standard input: %v", err)
	}
	if err := p.Output("-o", "other", anyFile); !errors.Is(err, ErrInUse) {
		t.Errorf("an output is standard output: %v", err)
	}
	if err := p.Output("-o", os.DevNull, nil); err != nil {
		t.Error(err)
	}
}

func TestPlanReplacesOnlyOurs(t *testing.T) {
	t.Chdir(t.TempDir())
	ours := func(head []byte) bool { return strings.HasPrefix(string(head), "ours") }
	for name, text := range map[string]string{"ours": "ours and more", "theirs": "theirs", "empty": ""} {
		touch(t, name, text)
	}
	for _, name := range []string{"ours.gz", "ours.zst", "theirs.gz"} {
		f, err := Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst"))); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("ours.gz")
	if err != nil {
		t.Fatal(err)
	}
	touch(t, "cut.gz", string(b[:5]))
	touch(t, "cut-later.gz", string(b[:len(b)-1]))
	for name, want := range map[string]error{
		"ours": nil, "theirs": ErrNotOurs, "empty": nil, "ours.gz": nil, "ours.zst": nil, "theirs.gz": ErrNotOurs,
		"cut.gz": ErrNotOurs, "cut-later.gz": nil, "absent": nil, ".": nil, // a directory is refused where it is made
	} {
		p := Plan{}
		if err := p.Output(name, name, ours); !errors.Is(err, want) {
			t.Errorf("Output(%q) = %v, want %v", name, err, want)
		}
		if name == "ours" {
			if err := new(Plan).Output(name, name, nil); !errors.Is(err, ErrNotOurs) || !strings.Contains(err.Error(), "never replaced unasked") {
				t.Errorf("nothing is ours: %v, want %v", err, ErrNotOurs)
			}
		}
	}
}
