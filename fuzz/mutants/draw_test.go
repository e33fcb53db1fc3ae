package mutants

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/mutants/edits"
)

// TestDraw: a seed draws the same edits again, another one others, all of them
// build, and more is a longer list of the same.
func TestDraw(t *testing.T) {
	all, err := edits.Load(t.Context(), module, []string{"keyspace"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := func(n int, seed uint64) (names []string) {
		for _, m := range Draw(all, n, seed) {
			names = append(names, m.Name)
			edited, err := m.Apply(os.DirFS(module))
			if err != nil || edited.Text == edited.Before || edited.File == "" || len(m.Suite) == 0 {
				t.Errorf("%s: applies with %v to suite %v", m.Name, err, m.Suite)
			}
		}
		return names
	}
	first := names(20, 7)
	if len(first) != 20 {
		t.Fatalf("%d mutants, want 20", len(first))
	}
	if diff := cmp.Diff(first, names(20, 7)); diff != "" {
		t.Errorf("the same seed again (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first[:5], names(5, 7)); diff != "" {
		t.Errorf("less of the same seed (-want +got):\n%s", diff)
	}
	if cmp.Equal(first, names(20, 8)) {
		t.Error("another seed draws the same")
	}
	if n := len(Draw(all[:3], 10, 1)); n > 3 {
		t.Errorf("%d mutants of 3 edits", n)
	}
}
