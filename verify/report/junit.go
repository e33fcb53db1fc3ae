package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"redrill/internal/figures"
	"redrill/keyspace"
	"redrill/verify"
)

// Run describes the run that a JUnit report is about. The zero value describes
// nothing.
type Run struct {
	Name    string // of what was drilled: the suites are named after it
	Start   time.Time
	Seconds float64
	Facts   [][2]string // further names and values
}

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Name     string   `xml:"name,attr,omitempty"`
	Time     string   `xml:"time,attr,omitempty"`
	Suites   []*suite `xml:"testsuite"`
}

type suite struct {
	Name     string      `xml:"name,attr"`
	Start    string      `xml:"timestamp,attr,omitempty"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Facts    *facts      `xml:"properties"`
	Cases    []*testCase `xml:"testcase"`

	class string // the name without that of the run
}

type facts struct {
	All []fact `xml:"property"`
}

type fact struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testCase struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Failure *detail `xml:"failure"`
	Error   *detail `xml:"error"`
	Skipped *detail `xml:"skipped"`
}

type detail struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the result as JUnit XML: one test case per type and property
// (existence, type, content, order, …), and a suite for the run as a whole. A
// difference is a failure; what keeps the run from being verified beside them is
// an error, and what was not checked is skipped.
func JUnit(w io.Writer, r *verify.Result, allow verify.Allow) error {
	return Run{}.JUnit(w, r, allow)
}

// JUnit is [JUnit] of a run that is known.
func (run Run) JUnit(w io.Writer, r *verify.Result, allow verify.Allow) error {
	var all []*suite
	for _, typ := range keyspace.Types {
		if tr := r.Types[typ.String()]; tr != nil {
			all = append(all, typeSuite(r, typ, tr, allow))
		}
	}
	return run.write(w, append(all, runSuite(r, allow)))
}

// JUnitError writes the report of a run without a result, which has one failed
// case: "verified".
func (run Run) JUnitError(w io.Writer, class, message string) error {
	s := &suite{class: "run"}
	s.add("verified").Failure = &detail{Message: Visible(class + ": " + message)}
	return run.write(w, []*suite{s})
}

// write counts the cases of the suites and writes them. The last suite is that of
// the run.
func (run Run) write(w io.Writer, list []*suite) error {
	all := suites{Suites: list, Name: Visible(run.Name)}
	if !run.Start.IsZero() {
		all.Time = strconv.FormatFloat(run.Seconds, 'f', 3, 64)
	}
	if last := list[len(list)-1]; len(run.Facts) > 0 {
		last.Facts = &facts{}
		for _, f := range run.Facts {
			last.Facts.All = append(last.Facts.All, fact{f[0], Visible(f[1])})
		}
	}
	for _, s := range list {
		s.Name = s.class
		if run.Name != "" {
			s.Name = Visible(run.Name) + ": " + s.class
		}
		if !run.Start.IsZero() {
			s.Start = run.Start.UTC().Format("2006-01-02T15:04:05")
		}
	}
	for _, s := range all.Suites {
		for _, c := range s.Cases {
			s.Tests++
			if c.Failure != nil {
				s.Failures++
			}
			if c.Error != nil {
				s.Errors++
			}
			if c.Skipped != nil {
				s.Skipped++
			}
		}
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Errors, all.Skipped = all.Errors+s.Errors, all.Skipped+s.Skipped
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

func typeSuite(r *verify.Result, typ keyspace.Type, tr *verify.TypeResult, allow verify.Allow) *suite {
	s := &suite{class: typ.String()}
	for _, p := range verify.Properties {
		n := differencesOf(tr, p)
		if types := p.Types(); types != nil && !slices.Contains(types, typ) && n == 0 {
			continue
		}
		c := s.add(string(p))
		if n > 0 {
			c.Failure = &detail{figures.Count(n, "difference"), sampleOf(r, typ, p)}
		}
	}
	if n := tr.Verdicts.Unrepresentable; n > 0 && !allow.Unrepresentable {
		s.add("representable").Failure = &detail{Message: fmt.Sprintf("%d keys hold elements that no Redis can hold", n)}
	}
	if n := tr.Verdicts.Unreadable; n > 0 {
		s.add("readable").Error = &detail{Message: fmt.Sprintf("%d keys could not be decoded", n)}
	}
	if n := tr.Verdicts.Unsupported; n > 0 {
		s.add("supported").Error = &detail{Message: fmt.Sprintf("%d keys cannot be shown by the server", n)}
	}
	if n := tr.Verdicts.Unanswered; n > 0 {
		s.add("readable on the target").Error = &detail{Message: fmt.Sprintf("%d keys are answered with an error, or oddly", n)}
	}
	return s
}

func (s *suite) add(name string) *testCase {
	c := &testCase{Class: "redrill." + s.class, Name: name}
	s.Cases = append(s.Cases, c)
	return c
}

// ofTypes are the verdicts that are errors in the suites of their types.
var ofTypes = []verify.Verdict{verify.VerdictUnreadable, verify.VerdictUnsupported, verify.VerdictUnanswered}

func runSuite(r *verify.Result, allow verify.Allow) *suite {
	s := &suite{class: "run"}
	if c := s.add("extra keys"); r.Extra.Keys > 0 {
		c.Failure = &detail{Message: fmt.Sprintf("%d keys are not in the source", r.Extra.Keys)}
	}
	if c := s.add("canaries"); r.Canaries.Caught != r.Canaries.Planted {
		c.Error = &detail{Message: fmt.Sprintf("%d planted, %d caught", r.Canaries.Planted, r.Canaries.Caught)}
	}
	if c := s.add("valid"); len(r.Invalid) > 0 {
		c.Error = &detail{Message: r.Invalid[0], Text: strings.Join(r.Invalid, "\n")}
	}
	for _, why := range r.Reasons(allow) {
		if !slices.Contains(ofTypes, verify.Verdict(why.Name)) {
			s.add(why.Name).Error = &detail{Message: Visible(why.Text)}
		}
	}
	for _, what := range r.Unchecked {
		s.add("not checked: " + Visible(what)).Skipped = &detail{Message: Visible(what)}
	}
	return s
}

// differencesOf returns how many differences of a type are about a property.
func differencesOf(tr *verify.TypeResult, p verify.Property) (n int64) {
	for kind, of := range tr.Kinds {
		if kind.Property() == p {
			n += of
		}
	}
	return n
}

// sampleOf returns the kept differences of a type and a property, one per line.
// Everything in them is escaped, so that XML can hold it.
func sampleOf(r *verify.Result, typ keyspace.Type, p verify.Property) string {
	var lines []string
	for _, d := range r.Sample {
		if d.Type == typ.String() && d.Kind.Property() == p {
			lines = append(lines, string(d.Kind)+" "+Line(d))
		}
	}
	return strings.Join(lines, "\n")
}
