package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"redrill/internal/figures"
	"redrill/internal/junit"
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

// JUnit writes the result as JUnit XML: one test case per type and property
// (existence, type, content, order, …), and a suite for the run as a whole. A
// difference is a failure; what keeps the run from being verified beside them is
// an error, and what was not checked is skipped.
func JUnit(w io.Writer, r *verify.Result, allow verify.Allow) error {
	return Run{}.JUnit(w, r, allow)
}

// JUnit is [JUnit] of a run that is known.
func (run Run) JUnit(w io.Writer, r *verify.Result, allow verify.Allow) error {
	var all []*junit.Suite
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
	s := suiteOf("run")
	s.Add("verified").Failure = &junit.Detail{Message: Visible(class + ": " + message)}
	return run.write(w, []*junit.Suite{s})
}

// write names the suites after the run and writes them. The last one is that of
// the run, which has its facts.
func (run Run) write(w io.Writer, list []*junit.Suite) error {
	for _, s := range list {
		if run.Name != "" {
			s.Name = Visible(run.Name) + ": " + s.Name
		}
	}
	for _, f := range run.Facts {
		last := list[len(list)-1]
		last.Facts = append(last.Facts, [2]string{f[0], Visible(f[1])})
	}
	report := junit.Report{
		Name: Visible(run.Name), Start: run.Start, Elapsed: time.Duration(run.Seconds * float64(time.Second)), Suites: list,
	}
	return report.Write(w)
}

func suiteOf(name string) *junit.Suite { return &junit.Suite{Name: name, Class: "redrill." + name} }

func typeSuite(r *verify.Result, typ keyspace.Type, tr *verify.TypeResult, allow verify.Allow) *junit.Suite {
	s := suiteOf(typ.String())
	for _, p := range verify.Properties {
		n := differencesOf(tr, p)
		if types := p.Types(); types != nil && !slices.Contains(types, typ) && n == 0 {
			continue
		}
		c := s.Add(string(p))
		if n > 0 {
			c.Failure = &junit.Detail{Message: figures.Count(n, "difference"), Text: sampleOf(r, typ, p)}
		}
	}
	if n := tr.Verdicts.Unrepresentable; n > 0 && !allow.Unrepresentable {
		s.Add("representable").Failure = &junit.Detail{Message: fmt.Sprintf("%d keys hold elements that no Redis can hold", n)}
	}
	if n := tr.Verdicts.Unreadable; n > 0 {
		s.Add("readable").Error = &junit.Detail{Message: fmt.Sprintf("%d keys could not be decoded", n)}
	}
	if n := tr.Verdicts.Unsupported; n > 0 {
		s.Add("supported").Error = &junit.Detail{Message: fmt.Sprintf("%d keys cannot be shown by the server", n)}
	}
	if n := tr.Verdicts.Unanswered; n > 0 {
		s.Add("readable on the target").Error = &junit.Detail{Message: fmt.Sprintf("%d keys are answered with an error, or oddly", n)}
	}
	return s
}

// ofTypes are the verdicts that are errors in the suites of their types.
var ofTypes = []verify.Verdict{verify.VerdictUnreadable, verify.VerdictUnsupported, verify.VerdictUnanswered}

func runSuite(r *verify.Result, allow verify.Allow) *junit.Suite {
	s := suiteOf("run")
	if c := s.Add("extra keys"); r.Extra.Keys > 0 {
		c.Failure = &junit.Detail{Message: fmt.Sprintf("%d keys are not in the source", r.Extra.Keys)}
	}
	if f := r.Functions; f != nil {
		if c := s.Add("function libraries"); f.Different+f.Missing+f.Extra > 0 {
			c.Failure = &junit.Detail{Message: FunctionsText(*f)}
		}
	}
	if c := s.Add("canaries"); r.Canaries.Caught != r.Canaries.Planted {
		c.Error = &junit.Detail{Message: fmt.Sprintf("%d planted, %d caught", r.Canaries.Planted, r.Canaries.Caught)}
	}
	if c := s.Add("valid"); len(r.Invalid) > 0 {
		c.Error = &junit.Detail{Message: r.Invalid[0], Text: strings.Join(r.Invalid, "\n")}
	}
	for _, why := range r.Reasons(allow) {
		if !slices.Contains(ofTypes, verify.Verdict(why.Name)) {
			s.Add(why.Name).Error = &junit.Detail{Message: Visible(why.Text)}
		}
	}
	for _, what := range r.Unchecked {
		s.Add("not checked: " + Visible(what)).Skipped = &junit.Detail{Message: Visible(what)}
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
