package fuzz

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// smallFailure is a failure that can be written.
func smallFailure() *Failure {
	return &Failure{Case: Case{Layout: fsm, Property: PropertyDamage, Must: MustRefuse, File: []byte("EKVPBBL1"), spread: spread{turn: 3}}, Seed: 7, Number: 3, Detail: "why"}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestWriteReplacesCounterexamplesOnly: of what has the name of a counterexample a
// folder with a case.json is replaced, and everything else is left as it is.
func TestWriteReplacesCounterexamplesOnly(t *testing.T) {
	written := []string{readmeFile, caseFile, differencesFile, expectedFile, gotFile, snapshotName(fsm)}
	for _, row := range []struct {
		name     string
		before   func(t *testing.T, path string)
		replaced bool
	}{
		{"nothing", func(*testing.T, string) {}, true},
		{"an earlier counterexample", func(t *testing.T, path string) {
			t.Helper()
			makeFiles(t, path, caseFile, "of the earlier one")
		}, true},
		{"a folder of another kind", func(t *testing.T, path string) { t.Helper(); makeFiles(t, path, "mine") }, false},
		{"an empty folder", func(t *testing.T, path string) { t.Helper(); makeFiles(t, path) }, false},
		{"a file", func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "damage-7-3")
			row.before(t, path)
			before := treeOf(t, path)
			got, err := smallFailure().Write(dir)
			if names := namesIn(t, dir); row.name != "nothing" && !slices.Equal(names, []string{"damage-7-3"}) {
				t.Errorf("beside it stands %q", names)
			}
			if !row.replaced {
				if got != "" || err == nil || !strings.Contains(err.Error(), "is not a counterexample: it was not changed") {
					t.Errorf("Write() = %q, %v; want an error", got, err)
				}
				if after := treeOf(t, path); after != before {
					t.Errorf("there is %q, want %q", after, before)
				}
				return
			}
			if got != path || err != nil {
				t.Fatalf("Write() = %q, %v; want %q", got, err, path)
			}
			if names := namesIn(t, path); !slices.Equal(names, written) {
				t.Errorf("files %q, want %q", names, written)
			}
			if c, err := ReadCase(path, fsm); err != nil || c.Property != PropertyDamage || c.spread.turn != 3 {
				t.Errorf("ReadCase() = %+v, %v", c, err)
			}
		})
	}
}

// makeFiles makes a folder with files, which hold their names.
func makeFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// treeOf describes a path and the files below it, with what they hold.
func treeOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Lstat(path)
	if os.IsNotExist(err) {
		return "nothing"
	}
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		text := "folder"
		for _, name := range namesIn(t, path) {
			text += ", " + name + ": " + treeOf(t, filepath.Join(path, name))
		}
		return text
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return "file of " + string(b)
}
