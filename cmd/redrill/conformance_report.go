package main

import (
	"fmt"
	"io"
	"strings"

	"redrill/fuzz/pipeline"
	"redrill/internal/junit"
)

// detail says how much of a score card is printed.
type detail int

const (
	failures detail = iota // what did not pass
	folded                 // the rows that passed as well, in one line
	allRows
)

func (a *app) cardDetail() detail {
	switch {
	case a.quiet:
		return failures
	case a.verbose:
		return allRows
	}
	return folded
}

// writeText prints a card: its rows, then each case that did not pass, then the
// score and the totals.
func (c scoreCard) writeText(w io.Writer, d detail) error {
	p := &printer{w: w}
	p.line(c.Stage, c.Command)
	passed, skipped := 0, 0
	for _, r := range c.Rows {
		switch {
		case !r.Verdict.Good() || d == allRows:
			p.line(r.Name, rowText(r))
		case r.Verdict == pipeline.NotApplicable:
			skipped++
		default:
			passed++
		}
	}
	if d == folded {
		text := count(int64(passed), "row") + " passed"
		if skipped > 0 {
			text += fmt.Sprintf(", %d not applicable", skipped)
		}
		p.line("", text+"; --verbose lists them")
	}
	for _, r := range c.Cases {
		if !r.Verdict.Good() {
			p.failedCase(r)
		}
	}
	p.blank()
	p.score(c.Score)
	p.line("cases", c.totals())
	verdict := "PASS"
	if !c.Pass() {
		verdict = "FAIL"
	}
	p.line("result", verdict)
	return p.err
}

// rowText names the rule of a row beside what its cases came to.
func rowText(r pipeline.Row) string {
	judged := 0
	for v, n := range r.Counts {
		if v != pipeline.NotApplicable {
			judged += n
		}
	}
	text := fmt.Sprintf("%-48s %s", r.Rule, r.Verdict)
	if judged > 0 {
		text += fmt.Sprintf(", %d of %d", r.Counts[pipeline.Pass], judged)
	}
	if len(r.Failed) > 0 {
		text += ": " + strings.Join(r.Failed, " ")
	}
	return text
}

// score tells reading from refusing, which is easy.
func (p *printer) score(s pipeline.Score) {
	group := func(label string, passed pipeline.Passed, text string) {
		if passed.Of > 0 {
			p.line(label, fmt.Sprintf("%d of %d %s", passed.Passed, passed.Of, text))
		}
	}
	group("read", s.Read, "that must be read")
	group("refused", s.Refuse, "that must be refused")
	group("either", s.Either, "that may be read or refused")
	if all := s.Read.Of + s.Refuse.Of + s.Either.Of; all > 0 {
		p.line("", fmt.Sprintf("refusing everything would pass %d of %d, and none that must be read", s.RefuseAll, all))
	}
}

func (c scoreCard) totals() string {
	var parts []string
	for _, v := range pipeline.Verdicts {
		if n := c.Totals[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return fmt.Sprintf("%d: %s", len(c.Cases), strings.Join(parts, ", "))
}

func (p *printer) blank() {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, "\n")
	}
}

// failedCase says what the rule is and what is wrong.
func (p *printer) failedCase(r pipeline.Result) {
	p.blank()
	p.line(string(r.Verdict), r.Name+" ("+strings.Join(r.Rows, " ")+")")
	p.line("", r.Rule)
	p.line("", r.Detail)
	for _, d := range r.Differences {
		p.line("", "  "+d)
	}
	for _, l := range lastLines(r.Exit, 3) {
		p.line("", "  | "+l)
	}
}

// lastLines returns the end of what a run wrote to standard error, printable.
func lastLines(exit *pipeline.Exit, n int) []string {
	if exit == nil || strings.TrimSpace(exit.Stderr) == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(exit.Stderr), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	for i, l := range lines {
		if len(l) > 200 {
			l = l[:200] + "…"
		}
		quoted := fmt.Sprintf("%q", l)
		lines[i] = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	}
	return lines
}

// writeCardsJUnit writes a suite for each card and a test case for each vector.
// A crash or a timeout is an error, what is not applicable is skipped, any other
// verdict but pass is a failure.
func writeCardsJUnit(w io.Writer, cards []scoreCard) error {
	var all junit.Report
	for _, c := range cards {
		name := "conformance " + c.Stage
		s := &junit.Suite{Name: name, Class: name}
		for _, r := range c.Cases {
			addCase(s, r)
		}
		all.Suites = append(all.Suites, s)
	}
	return all.Write(w)
}

func addCase(s *junit.Suite, r pipeline.Result) {
	c := s.Add(r.Name + " " + strings.Join(r.Rows, " "))
	lines := append([]string{r.Rule, r.Detail}, r.Differences...)
	detail := &junit.Detail{
		Message: string(r.Verdict) + ": " + r.Detail, Text: strings.Join(append(lines, lastLines(r.Exit, 20)...), "\n"),
	}
	switch r.Verdict {
	case pipeline.Pass:
	case pipeline.NotApplicable:
		c.Skipped = &junit.Detail{Message: r.Detail}
	case pipeline.Crashed, pipeline.Timeout:
		c.Error = detail
	case pipeline.Wrong, pipeline.Broken, pipeline.Refused, pipeline.Accepted:
		c.Failure = detail
	}
}
