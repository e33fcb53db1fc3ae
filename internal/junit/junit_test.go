package junit

import (
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	s := &Suite{Name: "one", Class: "c", Facts: [][2]string{{"k", "v"}}}
	s.Add("passed")
	s.Add("failed").Failure = &Detail{Message: "m", Text: "a < b"}
	s.Add("broken").Error = &Detail{Message: "e"}
	s.Add("left").Skipped = &Detail{Message: "why"}
	r := Report{Name: "all", Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Elapsed: 1500 * time.Millisecond, Suites: []*Suite{s, {Name: "two"}}}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="1" skipped="1" name="all" time="1.500">
  <testsuite name="one" timestamp="2026-01-02T03:04:05" tests="4" failures="1" errors="1" skipped="1">
    <properties>
      <property name="k" value="v"></property>
    </properties>
    <testcase classname="c" name="passed"></testcase>
    <testcase classname="c" name="failed">
      <failure message="m">a &lt; b</failure>
    </testcase>
    <testcase classname="c" name="broken">
      <error message="e"></error>
    </testcase>
    <testcase classname="c" name="left">
      <skipped message="why"></skipped>
    </testcase>
  </testsuite>
  <testsuite name="two" timestamp="2026-01-02T03:04:05" tests="0" failures="0" errors="0" skipped="0"></testsuite>
</testsuites>
`
	if b.String() != want {
		t.Errorf("report:\n%s\nwant:\n%s", b.String(), want)
	}
}
