package mutants

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/mutants/edits"
)

func TestReadJudged(t *testing.T) {
	const good = "# head\n\nequivalent a.go f bound: `<` -> `<=`\n\tOne line\n\tand another.\nopen a.go f bound: `<` -> `<=` #2\n"
	got, err := ReadJudged(strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Judgement{
		"a.go f bound: `<` -> `<=`":    {"a.go f bound: `<` -> `<=`", Equal, "One line and another."},
		"a.go f bound: `<` -> `<=` #2": {"a.go f bound: `<` -> `<=` #2", Open, ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("judgements (-want +got):\n%s", diff)
	}
	for name, text := range map[string]string{
		"another word":          "fine a.go\n\tx\n",
		"no name":               "equivalent\n\tx\n",
		"twice":                 "open a\nopen a\n",
		"sentence first":        "\tx\n",
		"no sentence":           "equivalent a\n",
		"open with a sentence":  "open a\n\tx\n",
		"accepted without one":  "accepted a\nopen b\n",
		"sentence after a skip": "# x\n\n\tx\n",
	} {
		if all, err := ReadJudged(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error, got %v", name, all)
		}
	}
}

func TestWriteOpen(t *testing.T) {
	var b strings.Builder
	err := WriteOpen(&b, []Outcome{
		{Mutant: Mutant{Name: "killed"}, Verdict: Killed},
		{Mutant: Mutant{Name: "known"}, Verdict: Survived},
		{Mutant: Mutant{Name: "left"}, Verdict: Survived},
	}, map[string]Judgement{"known": {Word: Accepted}})
	if got, want := b.String(), "open left\n"; err != nil || got != want {
		t.Errorf("open survivors %q, %v; want %q", got, err, want)
	}
}

// TestJudged: the file of judgements is well-formed, leaves none open, and names
// edits that the sources still have.
func TestJudged(t *testing.T) {
	f, err := os.Open("judged.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	judged, err := ReadJudged(f)
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	seen := map[string]bool{}
	for name, j := range judged {
		if j.Word == Open {
			t.Errorf("%s: not judged", name)
		}
		if dir, _, _ := strings.Cut(name, " "); !seen[dir] {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	if len(dirs) == 0 {
		return
	}
	all, err := edits.Load(t.Context(), module, dirs, nil)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, e := range all {
		there[e.String()] = true
	}
	for name := range judged {
		if !there[name] {
			t.Errorf("%s: no such edit; remove the judgement", name)
		}
	}
}
