package mutants

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Shard returns the k-th of n shards, both from 1: every n-th mutant.
func Shard(all []Mutant, k, n int) []Mutant {
	var shard []Mutant
	for i := k - 1; i < len(all); i += n {
		shard = append(shard, all[i])
	}
	return shard
}

// AllKilled reports whether every mutant was killed.
func AllKilled(outcomes []Outcome) bool {
	for _, o := range outcomes {
		if o.Verdict != Killed {
			return false
		}
	}
	return true
}

// Share returns the killed mutants among those that are not equivalent, 1 when
// there are none.
func Share(outcomes []Outcome) float64 {
	killed, judged := 0, 0
	for _, o := range outcomes {
		switch o.Verdict {
		case Killed, TimedOut:
			killed, judged = killed+1, judged+1
		case Survived, NotApplied, NotBuilt, NoVerdict:
			judged++
		case Equivalent:
		}
	}
	if judged == 0 {
		return 1
	}
	return float64(killed) / float64(judged)
}

// WriteDrawn writes a Markdown table of drawn mutants by directory, then what
// was not killed by a failing test, one a line.
func WriteDrawn(w io.Writer, outcomes []Outcome, judged map[string]Judgement) error {
	byDir := map[string][]Outcome{}
	for _, o := range outcomes {
		dir := o.Mutant.Place.Dir
		byDir[dir] = append(byDir[dir], o)
	}
	var b strings.Builder
	b.WriteString("| package | drawn | killed | by timeout | survived | equivalent | killed of those that are not |\n|---|--:|--:|--:|--:|--:|--:|\n")
	row := func(name string, of []Outcome) {
		n := map[Verdict]int{}
		for _, o := range of {
			n[o.Verdict]++
		}
		rest := len(of) - n[Killed] - n[TimedOut] - n[Equivalent]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %.1f %% |\n",
			name, len(of), n[Killed], n[TimedOut], rest, n[Equivalent], 100*Share(of))
	}
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		row(dir, byDir[dir])
	}
	row("all", outcomes)
	for _, o := range outcomes {
		j, known := judged[o.Mutant.Name]
		switch {
		case o.Verdict == Killed && known:
			fmt.Fprintf(&b, "\n%s: was judged %s, and %s kills it: remove the judgement", o.Mutant.Name, j.Word, o.By)
		case o.Verdict != Killed:
			b.WriteString("\n" + o.Mutant.Name + ": " + strings.Join(strings.Fields(string(o.Verdict)+" "+o.By+" "+j.Sentence), " "))
		}
	}
	b.WriteString("\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// WriteTable writes a Markdown table of the outcomes and a line of totals.
func WriteTable(w io.Writer, outcomes []Outcome) error {
	var b strings.Builder
	b.WriteString("| mutant | rows | verdict | killed by | seconds |\n|---|---|---|---|--:|\n")
	totals := map[Verdict]int{}
	var sum time.Duration
	for _, o := range outcomes {
		totals[o.Verdict]++
		sum += o.Took
		by := strings.ReplaceAll(o.By, "|", `\|`)
		if by != "" {
			by = "`" + by + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.1f |\n",
			o.Mutant.Name, strings.Join(o.Mutant.Rows, " "), o.Verdict, by, o.Took.Seconds())
	}
	fmt.Fprintf(&b, "\n%d mutants: %d killed", len(outcomes), totals[Killed])
	for _, v := range []Verdict{Survived, NoVerdict, NotApplied, NotBuilt} {
		if totals[v] > 0 {
			fmt.Fprintf(&b, ", %d %s", totals[v], v)
		}
	}
	fmt.Fprintf(&b, "; %.0f s of testing.\n", sum.Seconds())
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}
