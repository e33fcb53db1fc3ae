package mutants

import (
	"os"
	"path/filepath"
	"testing"
)

const module = "../.."

// TestCatalogue checks that every mutant can be planted in the source as it is.
func TestCatalogue(t *testing.T) {
	all, err := Load(os.DirFS("catalogue"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 150 {
		t.Errorf("the catalogue holds %d mutants, want at least 150", len(all))
	}
	edits := map[[2]string]string{}
	for _, m := range all {
		edited, err := m.Apply(os.DirFS(module))
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		at := [2]string{edited.File, edited.Text}
		if other := edits[at]; other != "" {
			t.Errorf("%s is the same edit as %s", m.Name, other)
		}
		edits[at] = m.Name
		for _, step := range m.Suite {
			if _, err := os.Stat(filepath.Join(module, filepath.FromSlash(step.Package))); err != nil {
				t.Errorf("%s: suite: %v", m.Name, err)
			}
		}
	}
}
