package mutants

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Judgement is what somebody thinks of a drawn edit that no test noticed.
type Judgement struct {
	Name     string // of the edit
	Word     Word
	Sentence string // why; empty while it is open
}

// Word is the kind of a judgement.
type Word string

// The words.
const (
	Equal    Word = "equivalent" // no input can tell the difference, or only time and memory do
	Accepted Word = "accepted"   // a difference that no test has to notice
	Open     Word = "open"       // not judged yet: a test is missing, or a sentence
)

// ReadJudged reads judgements: a line with the word and the name of the edit,
// then its sentence, indented. Empty lines and those that begin with # are
// skipped.
func ReadJudged(r io.Reader) (map[string]Judgement, error) {
	all := map[string]Judgement{}
	var last string
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			j, ok := all[last]
			if !ok {
				return nil, fmt.Errorf("line %d: a sentence without an edit", n)
			}
			j.Sentence = strings.TrimSpace(j.Sentence + " " + text)
			all[last] = j
			continue
		}
		word, name, _ := strings.Cut(text, " ")
		switch Word(word) {
		case Equal, Accepted, Open:
		default:
			return nil, fmt.Errorf("line %d: %q is not %s, %s or %s", n, word, Equal, Accepted, Open)
		}
		if _, ok := all[name]; ok || name == "" {
			return nil, fmt.Errorf("line %d: edit %q has no name or is a duplicate", n, name)
		}
		all[name], last = Judgement{Name: name, Word: Word(word)}, name
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read judgements: %w", err)
	}
	for _, j := range all {
		if (j.Sentence == "") != (j.Word == Open) {
			return nil, fmt.Errorf("%s %s: a sentence is missing, or too much", j.Word, j.Name)
		}
	}
	return all, nil
}

// WriteOpen writes what survived and is not judged yet, to be judged.
func WriteOpen(w io.Writer, outcomes []Outcome, judged map[string]Judgement) error {
	for _, o := range outcomes {
		if _, known := judged[o.Mutant.Name]; known || o.Verdict != Survived {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s %s\n", Open, o.Mutant.Name); err != nil {
			return fmt.Errorf("write survivors: %w", err)
		}
	}
	return nil
}
