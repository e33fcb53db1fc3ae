package mutants

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestSuites: whatever the quick tests of a suite are, all tests follow.
func TestSuites(t *testing.T) {
	for dir, steps := range suites {
		if own := "./" + dir; len(tests(t, own)) > 0 && !slices.Contains(steps, Step{Package: own}) {
			t.Errorf("the suite of %s lacks all tests of %s", dir, own)
		}
		for i, step := range steps {
			if step.Run == "" {
				continue
			}
			if !slices.Contains(steps[i:], Step{Package: step.Package}) {
				t.Errorf("the suite of %s ends without all tests of %s", dir, step.Package)
			}
			for _, pattern := range patterns(step.Run) {
				if !slices.ContainsFunc(tests(t, step.Package), pattern.MatchString) {
					t.Errorf("the suite of %s: %s names no test of %s", dir, pattern, step.Package)
				}
			}
		}
	}
}

var (
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	subtests = regexp.MustCompile(`/.*`)
)

// tests returns the names of the tests of a package.
func tests(t *testing.T, pkg string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(module, filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range testFunc.FindAllStringSubmatch(string(text), -1) {
			names = append(names, name[1])
		}
	}
	return names
}

// patterns returns the patterns of top-level tests in a pattern of go test -run.
func patterns(run string) (all []*regexp.Regexp) {
	depth, from := 0, 0
	for i, c := range run + "|" {
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '|':
			if depth == 0 {
				all = append(all, regexp.MustCompile(subtests.ReplaceAllString(run[from:i], "")))
				from = i + 1
			}
		}
	}
	return all
}
