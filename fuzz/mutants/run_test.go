package mutants

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRun: a mutant is killed by a failing test or, where that counts, by tests
// that do not end; what no test looks at survives, and what was judged
// equivalent is not run.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	source := "package a\n\nfunc Sum(n int) (s int) {\n\tfor i := 1; i <= n; i++ {\n\t\ts += i\n\t}\n\treturn s + 0\n}\n"
	for name, text := range map[string]string{
		"go.mod":    "module a\n\ngo 1.26\n",
		"a.go":      source,
		"a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(4) != 10 {\n\t\tt.Error(Sum(4))\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mutant := func(name, before, after string) Mutant {
		return Mutant{Name: name, Place: Place{".", "Sum"}, Before: before, After: after, Suite: []Step{{Package: "."}}}
	}
	all := []Mutant{
		mutant("wrong", "i <= n", "i < n"),
		mutant("endless", "i++", "i = 1"),
		mutant("unseen", "+ 0", "- 0"),
		mutant("judged", "s + 0", "s"),
		mutant("no Go", "s += i", "s += nothing"),
		mutant("gone", "nowhere", ""),
	}
	for _, tt := range []struct {
		name    string
		endless bool
		want    []Verdict
	}{
		{"drawn", true, []Verdict{Killed, TimedOut, Survived, Equivalent, NotBuilt, NotApplied}},
		{"catalogue", false, []Verdict{Killed, NoVerdict, Survived, Equivalent, NotBuilt, NotApplied}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outcomes, err := Run(t.Context(), all, Options{
				Module: dir, Env: append(os.Environ(), "GOFLAGS=", "GOWORK=off"), Timeout: 2 * time.Second, Now: time.Now,
				Endless: tt.endless, Judged: map[string]Judgement{"judged": {Word: Equal}, "unseen": {Word: Accepted}},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []Verdict
			for _, o := range outcomes {
				got = append(got, o.Verdict)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}
