//go:build unix

package main

import (
	"archive/tar"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"redrill/internal/owner"
	sources "redrill/source"
)

// TestCleanUnpackedArchive: what a reader of an archive leaves when it is killed is
// known to doctor; what one that runs has unpacked is left alone.
func TestCleanUnpackedArchive(t *testing.T) {
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(filepath.Join(dir, "in.fsm"), snapshots["types"](), 0o600))
	if status, out := redrill(t, "decode", filepath.Join(dir, "in.fsm"), "-o", filepath.Join(dir, "tree"), "--format", "tree"); status != exitVerified {
		t.Fatalf("decode ended with %d:\n%s", status, out)
	}
	packed := filepath.Join(dir, "tree.tar")
	f, err := os.Create(packed)
	must(err)
	w := tar.NewWriter(f)
	must(w.AddFS(os.DirFS(filepath.Join(dir, "tree"))))
	must(w.Close())
	must(f.Close())

	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	o, err := sources.Open(t.Context(), packed, nil, sources.Options{})
	must(err)
	defer func() { _ = o.Close() }()
	clean := func(want int) {
		t.Helper()
		if status, out := redrill(t, "doctor", "--clean"); status != exitVerified {
			t.Fatalf("doctor --clean ended with %d:\n%s", status, out)
		}
		left, err := filepath.Glob(filepath.Join(temp, owner.ArchivePrefix+"*"))
		if err != nil || len(left) != want {
			t.Errorf("left: %q, %v, want %d", left, err, want)
		}
	}
	clean(1)
	left, err := filepath.Glob(filepath.Join(temp, owner.ArchivePrefix+"*"))
	must(err)
	ended := owner.Self()
	ended.Boot = "before"
	b, err := json.Marshal(ended)
	must(err)
	must(os.WriteFile(filepath.Join(left[0], owner.File), b, 0o600))
	clean(0)
}
