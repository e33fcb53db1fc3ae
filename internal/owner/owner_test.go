package owner_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"redrill/internal/owner"
)

// TestMakeDirectory: a directory says that this process made it, which runs.
func TestMakeDirectory(t *testing.T) {
	dir, err := owner.MakeDirectory(t.TempDir(), owner.ArchivePrefix)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, owner.File))
	if err != nil {
		t.Fatal(err)
	}
	var maker owner.Process
	if err := json.Unmarshal(b, &maker); err != nil {
		t.Fatal(err)
	}
	if maker != owner.Self() || maker.State() != owner.Alive {
		t.Errorf("made by %+v, which is %s; want this process, %+v, alive", maker, maker.State(), owner.Self())
	}
	if _, err := owner.MakeDirectory(filepath.Join(dir, "absent"), ""); err == nil {
		t.Error("a directory was made where there is no place for it")
	}
}
