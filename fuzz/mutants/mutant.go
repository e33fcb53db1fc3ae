package mutants

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"redrill/fuzz/vectors"
)

// Mutant is one planted mistake.
type Mutant struct {
	Name   string   // of its file, without the extension
	Rows   []string // the rules that it breaks, see [vectors.Rule]; may be none
	Seen   string   // where it was made
	Wrong  string   // what goes wrong
	Place  Place    // where it is made
	Before string   // stands there exactly once
	After  string   // takes its place
	Suite  []Step   // the tests that have to find it, cheapest first; never empty

	drawn Edited // of a drawn edit, which knows its file
}

// Step is one run of the go command over a package's tests.
type Step struct {
	Package string // "./decoder/fsm"
	Run     string // pattern of go test -run; empty for all tests
}

// String returns the step as a catalogue file spells it.
func (s Step) String() string {
	if s.Run == "" {
		return s.Package
	}
	return s.Package + " -run " + s.Run
}

// Load reads the catalogue: every *.txtar file of dir, ascending by name.
func Load(dir fs.FS) ([]Mutant, error) {
	names, err := fs.Glob(dir, "*.txtar")
	if err != nil {
		return nil, fmt.Errorf("list catalogue: %w", err)
	}
	slices.Sort(names)
	all := make([]Mutant, 0, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		m, err := Parse(strings.TrimSuffix(path.Base(name), ".txtar"), data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, m)
	}
	return all, nil
}

// Parse reads one file of the catalogue.
func Parse(name string, data []byte) (Mutant, error) {
	m := Mutant{Name: name}
	archive := txtar.Parse(data)
	if err := m.comment(string(archive.Comment)); err != nil {
		return m, err
	}
	seen := map[string]bool{}
	for _, f := range archive.Files {
		if seen[f.Name] {
			return m, fmt.Errorf("duplicate section %q", f.Name)
		}
		seen[f.Name] = true
		text := strings.TrimSuffix(string(f.Data), "\n")
		switch f.Name {
		case "place":
			dir, decl, _ := strings.Cut(strings.TrimSpace(text), " ")
			m.Place = Place{dir, decl}
		case "before":
			m.Before = text
		case "after":
			m.After = text
		case "suite":
			steps, err := parseSuite(text)
			if err != nil {
				return m, err
			}
			m.Suite = steps
		default:
			return m, fmt.Errorf("unknown section %q", f.Name)
		}
	}
	if m.Place.Decl == "" || m.Before == "" || !seen["after"] {
		return m, fmt.Errorf(`sections "place" (DIRECTORY DECLARATION), "before" and "after" are needed`)
	}
	if m.Before == m.After {
		return m, fmt.Errorf("before and after are the same")
	}
	if m.Suite == nil {
		m.Suite = suites[m.Place.Dir]
	}
	if m.Suite == nil {
		return m, fmt.Errorf("no suite for %s", m.Place.Dir)
	}
	return m, nil
}

// comment reads the head of a catalogue file.
func (m *Mutant) comment(text string) error {
	var prose []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rows, ok := strings.CutPrefix(line, "rows:"); ok {
			m.Rows = strings.Fields(rows)
		} else if seen, ok := strings.CutPrefix(line, "seen:"); ok {
			m.Seen = strings.TrimSpace(seen)
		} else if line != "" {
			prose = append(prose, line)
		}
	}
	m.Wrong = strings.Join(prose, " ")
	if m.Seen == "" || m.Wrong == "" {
		return fmt.Errorf(`the comment needs "seen:" and a sentence`)
	}
	for _, row := range m.Rows {
		if vectors.Rule(row) == "" {
			return fmt.Errorf("unknown rule %q", row)
		}
	}
	return nil
}

// parseSuite reads one step per line.
func parseSuite(text string) ([]Step, error) {
	var steps []Step
	for line := range strings.Lines(text) {
		switch f := strings.Fields(line); {
		case len(f) == 1 && strings.HasPrefix(f[0], "./"):
			steps = append(steps, Step{Package: f[0]})
		case len(f) == 3 && strings.HasPrefix(f[0], "./") && f[1] == "-run":
			steps = append(steps, Step{Package: f[0], Run: f[2]})
		default:
			return nil, fmt.Errorf("step %q is not PACKAGE or PACKAGE -run PATTERN", line)
		}
	}
	return steps, nil
}
