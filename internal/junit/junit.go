// Package junit writes reports as JUnit XML, which every CI reads.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Report is a list of suites. Its numbers are counted when it is written. All
// texts must be such as XML can hold.
type Report struct {
	Name    string
	Start   time.Time     // the zero value says nothing of times
	Elapsed time.Duration // of the whole, if Start is said
	Suites  []*Suite
}

// Suite is a list of cases.
type Suite struct {
	Name  string
	Class string // of its cases
	Facts [][2]string
	Cases []*Case
}

// Case is a test case: passed, unless it is one of the others.
type Case struct {
	Name                    string
	Failure, Error, Skipped *Detail
}

// Detail says why a case did not pass.
type Detail struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Add appends a case that passed and returns it.
func (s *Suite) Add(name string) *Case {
	c := &Case{Name: name}
	s.Cases = append(s.Cases, c)
	return c
}

type counts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

func (n *counts) add(m counts) {
	*n = counts{n.Tests + m.Tests, n.Failures + m.Failures, n.Errors + m.Errors, n.Skipped + m.Skipped}
}

type suitesElement struct {
	XMLName xml.Name `xml:"testsuites"`
	counts
	Name   string         `xml:"name,attr,omitempty"`
	Time   string         `xml:"time,attr,omitempty"`
	Suites []suiteElement `xml:"testsuite"`
}

type suiteElement struct {
	Name  string `xml:"name,attr"`
	Start string `xml:"timestamp,attr,omitempty"`
	counts
	Facts *factsElement `xml:"properties"`
	Cases []caseElement `xml:"testcase"`
}

type factsElement struct {
	All []factElement `xml:"property"`
}

type factElement struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type caseElement struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Failure *Detail `xml:"failure"`
	Error   *Detail `xml:"error"`
	Skipped *Detail `xml:"skipped"`
}

// Write writes the report.
func (r *Report) Write(w io.Writer) error {
	all := suitesElement{Name: r.Name}
	start := ""
	if !r.Start.IsZero() {
		all.Time = strconv.FormatFloat(r.Elapsed.Seconds(), 'f', 3, 64)
		start = r.Start.UTC().Format("2006-01-02T15:04:05")
	}
	for _, s := range r.Suites {
		e := s.element()
		e.Start = start
		all.Suites = append(all.Suites, e)
		all.add(e.counts)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	return nil
}

func (s *Suite) element() suiteElement {
	e := suiteElement{Name: s.Name}
	if len(s.Facts) > 0 {
		e.Facts = &factsElement{}
		for _, f := range s.Facts {
			e.Facts.All = append(e.Facts.All, factElement{f[0], f[1]})
		}
	}
	for _, c := range s.Cases {
		e.Cases = append(e.Cases, caseElement{s.Class, c.Name, c.Failure, c.Error, c.Skipped})
		e.add(counts{1, one(c.Failure), one(c.Error), one(c.Skipped)})
	}
	return e
}

func one(d *Detail) int {
	if d == nil {
		return 0
	}
	return 1
}
