package fuzz

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"redrill/fuzz/gen"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/FEATURES.md and the golden files in testdata")

// featureTable is a table of docs/FEATURES.md behind the comment that names it.
var featureTable = regexp.MustCompile(`<!-- (\w+) -->\n(\n\|[^\n]*(\n\|[^\n]*)*\n)?`)

// TestFeaturesDoc: the tables of docs/FEATURES.md have every feature, as often
// as the command they name draws it.
func TestFeaturesDoc(t *testing.T) {
	const path, seed, scenarios = "../docs/FEATURES.md", 7, 1008 // whole rounds
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if command := fmt.Sprintf("--scenarios %d --seed %d\n", scenarios, seed); !strings.Contains(string(doc), command) {
		t.Errorf("the document does not name the command with %q", command)
	}
	c := Campaign{Seed: seed}
	tally := Tally{Features: map[string]int64{}}
	for number := range int64(scenarios) {
		tally.count(c.scenario(number, c.shape(number)))
	}
	tables := map[string]string{}
	for _, feature := range gen.Features() {
		about, _, _ := strings.Cut(feature, " ")
		if tables[about] == "" {
			tables[about] = "| feature | drawn | floor |\n|---|--:|--:|\n"
		}
		tables[about] += fmt.Sprintf("| %s | %d | %d |\n", strings.ReplaceAll(feature, "|", `\|`), tally.Features[feature], Floor(scenarios))
	}
	var seen []string
	got := featureTable.ReplaceAllStringFunc(string(doc), func(old string) string {
		about := featureTable.FindStringSubmatch(old)[1]
		seen = append(seen, about)
		return fmt.Sprintf("<!-- %s -->\n\n%s", about, tables[about])
	})
	for about := range tables {
		if !slices.Contains(seen, about) {
			t.Errorf("no place for the table %q", about)
		}
	}
	if len(seen) > len(tables) {
		t.Errorf("tables %q, want %d of them", seen, len(tables))
	}
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, line := range strings.Split(got, "\n") {
		if lines := strings.Split(string(doc), "\n"); i >= len(lines) || line != lines[i] {
			t.Fatalf("docs/FEATURES.md, line %d: want %q; `make golden` rewrites the tables", i+1, line)
		}
	}
	if got != string(doc) {
		t.Error("docs/FEATURES.md goes on; `make golden` rewrites the tables")
	}
}
