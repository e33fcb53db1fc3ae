package edits_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/mutants/edits"
)

const module = "../../.."

const dir = "fuzz/mutants/edits/testdata/sample"

func load(t *testing.T, dirs ...string) []edits.Edit {
	t.Helper()
	all, err := edits.Load(t.Context(), module, dirs, nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestLoad names every edit of the sample, by place, and says which the type
// checker refuses.
func TestLoad(t *testing.T) {
	var got []string
	for _, e := range load(t, dir) {
		name, ok := strings.CutPrefix(e.String(), dir+" ")
		if !ok {
			t.Errorf("edit %q is in another file", e)
		}
		if !e.Builds() {
			name += " (does not build)"
		}
		got = append(got, name)
	}
	want := strings.Split(strings.Trim(`
limit constant: §4§ -> §(4 + 1)§
(*box).check statement: §if low == high { return 0, errEmpty }§ -> §§
(*box).check negate: §low == high§ -> §low != high§
(*box).check constant: §0§ -> §(0 + 1)§
(*box).check error: §errEmpty§ -> §nil§
(*box).check constant: §0§ -> §(0 + 1)§ #2
(*box).check bound: §i < high§ -> §i <= high§
(*box).check negate: §i < high && !on§ -> §!(i < high && !on)§
(*box).check negate: §i < high§ -> §!(i < high)§
(*box).check negate: §!on§ -> §on§
(*box).check statement: §b.of = first§ -> §§
(*box).check constant: §first§ -> §second§
(*box).check statement: §continue§ -> §§
(*box).check negate: §b.name != "x"§ -> §b.name == "x"§
(*box).check constant: §"x"§ -> §"x" + "x"§
(*box).check negate: §on§ -> §!(on)§
(*box).check arguments: §high, low§ -> §low, high§
(*box).check constant: §true§ -> §false§
(*box).check bound: §low§ -> §(low)+1§
(*box).check bound: §high§ -> §(high)-1§
box.is negate: §s == b.name§ -> §s != b.name§
send statement: §defer close(done)§ -> §§
send statement: §to <- limit§ -> §§
`, "\n"), "\n")
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "§", "`")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("edits (-want +got):\n%s", diff)
	}
}

// TestBuilds: what leaves a variable unused, a path without a return or a value
// of another type does not build.
func TestBuilds(t *testing.T) {
	built := 0
	for _, e := range load(t, "fuzz/mutants/edits") {
		if e.Builds() {
			built++
		}
		before, after := e.Source()
		if before == after || len(before)-len(e.Before) != len(after)-len(e.After) {
			t.Errorf("%s changes more than its text, or nothing", e)
		}
	}
	if all := len(load(t, "fuzz/mutants/edits")); built < all/2 || built == all {
		t.Errorf("%d of %d edits of this package build, want most and not all", built, all)
	}
}

// TestLoadAgain: the same source has the same edits, whatever the order in
// which its files were read, and no two have the same name.
func TestLoadAgain(t *testing.T) {
	names := func() (names []string) {
		for _, e := range load(t, "keyspace", "dump") {
			names = append(names, e.String())
		}
		return names
	}
	first := names()
	if diff := cmp.Diff(first, names()); diff != "" {
		t.Errorf("edits of the second time (-want +got):\n%s", diff)
	}
	if len(first) < 1000 || !strings.HasPrefix(first[0], "keyspace ") || !strings.HasPrefix(first[len(first)-1], "dump ") {
		t.Errorf("%d edits from %q to %q, want 1,000 in the order of the directories", len(first), first[0], first[len(first)-1])
	}
	slices.Sort(first)
	if n := len(first) - len(slices.Compact(first)); n > 0 {
		t.Errorf("%d edits share a name with another", n)
	}
}
