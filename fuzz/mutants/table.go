package mutants

import (
	"fmt"
	"io"
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
