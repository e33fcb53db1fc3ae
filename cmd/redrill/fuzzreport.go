package main

import (
	"context"
	"fmt"

	"redrill/fuzz"
	"redrill/fuzz/layout"
)

// fuzzProgress shows the scenarios so far and their rate.
func (a *app) fuzzProgress() (update func(scenarios int64), done func()) {
	m := a.begin("fuzz", "scenario", -1)
	return m.units.Store, func() { a.end(m) }
}

// featureCount is a line of the feature table.
type featureCount struct {
	Feature string `json:"feature"`
	Count   int64  `json:"count"`
	Floor   int64  `json:"floor"`
}

func featureTable(l layout.Layout, t fuzz.Tally) []featureCount {
	var table []featureCount
	for _, feature := range l.Features() {
		table = append(table, featureCount{feature, t.Features[feature], fuzz.Floor(t.Scenarios)})
	}
	return table
}

// fuzzResult is the result of a campaign; its member names are stable. Counts are
// those of all campaigns of the directory.
type fuzzResult struct {
	Seed           uint64           `json:"seed"`
	Next           int64            `json:"next"`
	Rate           float64          `json:"scenarios_per_second"` // of this campaign
	Scenarios      int64            `json:"scenarios"`
	Keys           int64            `json:"keys"`
	Checks         map[string]int64 `json:"checks"`
	Features       []featureCount   `json:"features"`
	UnderFloor     []string         `json:"under_floor"`
	Failed         fuzz.Property    `json:"failed,omitempty"`
	Counterexample string           `json:"counterexample,omitempty"` // its folder
}

// printFuzz prints the feature table and what the campaign came to. err is what
// went wrong beside.
func (a *app) printFuzz(ctx context.Context, o fuzzOutcome, err error) error {
	rate := 0.0
	if o.seconds > 0 {
		rate = float64(o.run.Tally.Scenarios) / o.seconds
	}
	state, failure := o.state, o.run.Failure
	if o.flags.asJSON {
		e := a.ended(ctx, o.end(ctx, err))
		result := fuzzResult{
			state.Seed, state.Next, rate, state.Tally.Scenarios, state.Tally.Keys, state.Tally.Checks,
			featureTable(o.layout(), state.Tally), fuzz.UnderFloor(o.layout(), state.Tally), "", o.folder,
		}
		if failure != nil {
			result.Failed = failure.Property
			if err != nil {
				e.Error = a.errorOf(statusOf(ctx, err), err)
			}
		}
		return writeEnvelope(a, a.stdout, e, result)
	}
	p := &printer{w: a.stdout}
	under := fuzz.UnderFloor(o.layout(), state.Tally)
	switch {
	case o.folder != "":
		p.line("result", "COUNTEREXAMPLE: "+string(failure.Property)+" fails; `redrill replay "+o.folder+failure.ReplayFlags+"` runs it again")
	case failure != nil:
		p.line("result", "COUNTEREXAMPLE: "+string(failure.Property)+fmt.Sprintf(" fails in scenario %d; its folder could not be written", failure.Number))
	case len(under) > 0:
		p.line("result", fmt.Sprintf("INCOMPLETE: %s under the floor: %q", count(int64(len(under)), "feature"), under))
	default:
		p.line("result", "nothing found in "+count(o.run.Tally.Scenarios, "scenario"))
	}
	if a.quiet {
		return p.err
	}
	p.line("campaign", fmt.Sprintf("seed %d, scenarios %d to %d", state.Seed, state.Next-o.run.Tally.Scenarios, state.Next))
	p.line("", fmt.Sprintf("%s with %s in %.1f s: %s scenarios/s", count(o.run.Tally.Scenarios, "scenario"),
		count(o.run.Tally.Keys, "key"), o.seconds, shortRate(rate)))
	for _, property := range fuzz.Properties {
		checks := o.run.Tally.Checks[string(property)]
		if o.flags.commands.any() != property.Commanded() || property.Commanded() && checks == 0 {
			continue
		}
		p.line("", fmt.Sprintf("%-12s %s", property, count(checks, "check")))
	}
	p.features(featureTable(o.layout(), state.Tally), state.Tally, a.verbose)
	return p.err
}

// shortRate returns a rate with a digit after the point where that says something.
func shortRate(r float64) string {
	if r < 10 {
		return fmt.Sprintf("%.1f", r)
	}
	return fmt.Sprintf("%.0f", r)
}

// features prints how often each feature was drawn: those under their floor, or
// all, and in one line how the others stand.
func (p *printer) features(table []featureCount, t fuzz.Tally, all bool) {
	above, rarest := 0, table[0]
	for _, f := range table {
		if f.Count >= f.Floor {
			above++
		}
		if f.Count < rarest.Count {
			rarest = f
		}
	}
	switch {
	case fuzz.Floor(t.Scenarios) == 0:
		p.line("features", fmt.Sprintf("%d; fewer than %d scenarios have no floors%s", len(table), fuzz.FloorScenarios, listed(all)))
	default:
		p.line("features", fmt.Sprintf("%d of %d above the floor of %d, the rarest drawn %d times (%s)%s",
			above, len(table), fuzz.Floor(t.Scenarios), rarest.Count, rarest.Feature, listed(all)))
	}
	for _, f := range table {
		switch {
		case f.Count < f.Floor:
			p.line("", fmt.Sprintf("%-40s %10d  UNDER THE FLOOR", f.Feature, f.Count))
		case all:
			p.line("", fmt.Sprintf("%-40s %10d", f.Feature, f.Count))
		}
	}
}

func listed(all bool) string {
	if all {
		return ""
	}
	return "; --verbose lists them"
}
