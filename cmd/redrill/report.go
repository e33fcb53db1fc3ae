package main

import (
	"fmt"

	"redrill/restore"
	"redrill/target"
	"redrill/verify"
)

type reportFlags struct {
	json  bool
	junit string
	diffs string
}

func (f *reportFlags) register(c flagSet) {
	c.BoolVar(&f.json, "json", false, "print the result as JSON")
	c.StringVar(&f.junit, "junit", "", "write a JUnit report to this file")
	c.StringVar(&f.diffs, "diffs", "", "write every difference to this file, as JSON Lines")
}

type report struct {
	a        *app
	flags    verifyFlags
	source   *source
	target   *target.Target
	decoded  *summary
	restored *restore.Result
}

func (a *app) newReport(flags verifyFlags) (*report, error) { return &report{a: a, flags: flags}, nil }

func (r *report) diff(d verify.Difference) { fmt.Fprintf(r.a.stderr, "%+v\n", d) }

func (r *report) finish(result *verify.Result, err error) error {
	if err != nil {
		return err
	}
	writeJSON(r.a.stdout, result)
	p := &printer{w: r.a.stdout}
	p.snapshot(r.source)
	p.decoded(*r.decoded)
	p.restored(*r.restored)
	fmt.Println(result.Status(r.flags.allow))
	return statusError(result.Status(r.flags.allow))
}
