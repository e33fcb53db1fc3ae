package mutants

import (
	"regexp"
	"strings"
	"time"
)

// Verdict is what became of a mutant.
type Verdict string

// The verdicts. Killed is a success; so is TimedOut, which only drawn mutants
// get: a slip of the pen makes a loop endless more often than not.
const (
	Killed     Verdict = "killed"
	TimedOut   Verdict = "killed by timeout"
	Survived   Verdict = "survived"
	NotApplied Verdict = "does not apply"
	NotBuilt   Verdict = "does not compile"
	NoVerdict  Verdict = "no verdict" // the tests did not end, and none had failed
	Equivalent Verdict = "equivalent" // was judged so, and not run
)

// Outcome is the verdict on one mutant.
type Outcome struct {
	Mutant  Mutant
	Verdict Verdict
	By      string        // the test that failed first, with its package
	Took    time.Duration // from the edit to the verdict
	Detail  string        // for people: why it does not apply or compile
}

// reading is what the output of one go test says.
type reading struct {
	passed, built, timedOut bool
	failed                  string // the first test that failed, "" if none is named
}

var (
	failLine = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	failSub  = regexp.MustCompile(`^[^/]+$`)
)

// read reads the output of go test, which ended with a status of zero or not.
func read(output string, ok bool) reading {
	if ok {
		return reading{passed: true, built: true}
	}
	r := reading{built: !strings.Contains(output, "[build failed]") && !strings.Contains(output, "[setup failed]")}
	names := failLine.FindAllStringSubmatch(output, -1)
	for _, name := range names {
		// A subtest says more than the test it belongs to, and follows it.
		if r.failed == "" || failSub.MatchString(r.failed) && strings.HasPrefix(name[1], r.failed+"/") {
			r.failed = name[1]
		}
	}
	r.timedOut = r.failed == "" && strings.Contains(output, "panic: test timed out after")
	if r.failed == "" && !r.timedOut && r.built {
		r.failed = "panic or exit"
	}
	return r
}
