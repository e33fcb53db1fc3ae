package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"redrill/fuzz/pipeline"
)

// writeText prints a card: its rows, then each case that did not pass, then the
// totals. Quiet leaves out the rows that passed.
func (c scoreCard) writeText(w io.Writer, quiet bool) error {
	p := &printer{w: w}
	p.line(c.Stage, c.Command)
	for _, r := range c.Rows {
		if quiet && r.Verdict.Good() {
			continue
		}
		judged := 0
		for v, n := range r.Counts {
			if v != pipeline.NotApplicable {
				judged += n
			}
		}
		text := fmt.Sprintf("%-14s %d of %d", r.Verdict, r.Counts[pipeline.Pass], judged)
		if len(r.Failed) > 0 {
			text += ": " + strings.Join(r.Failed, " ")
		}
		p.line(r.Name, strings.TrimSuffix(text, " 0 of 0"))
	}
	for _, r := range c.Cases {
		if !r.Verdict.Good() {
			p.failedCase(r)
		}
	}
	p.blank()
	p.line("cases", c.totals())
	verdict := "PASS"
	if !c.Pass() {
		verdict = "FAIL"
	}
	p.line("result", verdict)
	return p.err
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

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Failure *junitDetail `xml:"failure"`
	Error   *junitDetail `xml:"error"`
	Skipped *junitDetail `xml:"skipped"`
}

type junitDetail struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeCardsJUnit writes a suite for each card and a test case for each vector.
// A crash or a timeout is an error, what is not applicable is skipped, any other
// verdict but pass is a failure.
func writeCardsJUnit(w io.Writer, cards []scoreCard) error {
	var all junitSuites
	for _, c := range cards {
		s := junitSuite{Name: "conformance " + c.Stage}
		for _, r := range c.Cases {
			s.add(r)
		}
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(r pipeline.Result) {
	c := junitCase{Class: s.Name, Name: r.Name + " " + strings.Join(r.Rows, " ")}
	lines := append([]string{r.Rule, r.Detail}, r.Differences...)
	detail := &junitDetail{string(r.Verdict) + ": " + r.Detail, strings.Join(append(lines, lastLines(r.Exit, 20)...), "\n")}
	s.Tests++
	switch r.Verdict {
	case pipeline.Pass:
	case pipeline.NotApplicable:
		s.Skipped++
		c.Skipped = &junitDetail{Message: r.Detail}
	case pipeline.Crashed, pipeline.Timeout:
		s.Errors++
		c.Error = detail
	case pipeline.Wrong, pipeline.Broken, pipeline.Refused, pipeline.Accepted:
		s.Failures++
		c.Failure = detail
	}
	s.Cases = append(s.Cases, c)
}
