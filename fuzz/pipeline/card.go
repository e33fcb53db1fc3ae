package pipeline

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"redrill/fuzz/vectors"
)

// Card is the score card of a pipeline.
type Card struct {
	Totals map[Verdict]int `json:"totals"` // of cases; every verdict stands here
	Score  Score           `json:"score"`
	Rows   []Row           `json:"rows"`
	Cases  []Result        `json:"cases"`
}

// Score tells cases that must be read from those that must be refused: a command
// that refuses everything passes all of the latter.
type Score struct {
	Read   Passed `json:"read"`
	Refuse Passed `json:"refuse"`
	Either Passed `json:"either"`
	// RefuseAll is how many cases a command would pass that refuses everything.
	RefuseAll int `json:"refuse_all"`
}

// Passed counts cases of one duty.
type Passed struct {
	Passed int `json:"passed"`
	Of     int `json:"of"`
}

func (s *Score) add(r Result) {
	var group *Passed
	switch r.Must {
	case Read:
		group = &s.Read
	case Refuse:
		group = &s.Refuse
		s.RefuseAll++
	case Either:
		group = &s.Either
		s.RefuseAll++
	}
	if group == nil {
		return
	}
	group.Of++
	if r.Verdict == Pass {
		group.Passed++
	}
}

// Row is a row of the catalogue of mistakes with its cases.
type Row struct {
	Name    string          `json:"row"`
	Rule    string          `json:"rule,omitempty"` // in a few words
	Verdict Verdict         `json:"verdict"`        // not pass if one of the cases did not pass
	Counts  map[Verdict]int `json:"counts"`         // of its cases
	Failed  []string        `json:"failed,omitempty"`
}

// NewCard sums results up.
func NewCard(results []Result) Card {
	card := Card{Totals: map[Verdict]int{}, Cases: results}
	for _, v := range Verdicts {
		card.Totals[v] = 0
	}
	rows := map[string]*Row{}
	for _, r := range results {
		card.Totals[r.Verdict]++
		card.Score.add(r)
		for _, name := range r.Rows {
			row := rows[name]
			if row == nil {
				row = &Row{Name: name, Rule: vectors.Rule(name), Verdict: NotApplicable, Counts: map[Verdict]int{}}
				rows[name] = row
			}
			row.add(r)
		}
	}
	for _, row := range rows {
		card.Rows = append(card.Rows, *row)
	}
	slices.SortFunc(card.Rows, func(a, b Row) int { return compareRows(a.Name, b.Name) })
	return card
}

func (r *Row) add(result Result) {
	r.Counts[result.Verdict]++
	switch {
	case !result.Verdict.Good():
		if r.Verdict.Good() {
			r.Verdict = result.Verdict // the first one is as good as any
		}
		r.Failed = append(r.Failed, result.Name)
	case r.Verdict == NotApplicable:
		r.Verdict = result.Verdict
	}
}

// Pass reports whether something was judged and all of it passed.
func (c Card) Pass() bool {
	bad := 0
	for v, n := range c.Totals {
		if !v.Good() {
			bad += n
		}
	}
	return bad == 0 && c.Totals[Pass] > 0
}

// areas are the letters of the catalogue, in its order.
const areas = "CMKVE"

func compareRows(a, b string) int {
	areaA, numberA := splitRow(a)
	areaB, numberB := splitRow(b)
	return cmp.Or(cmp.Compare(areaA, areaB), cmp.Compare(numberA, numberB), cmp.Compare(a, b))
}

func splitRow(name string) (area, number int) {
	area = strings.Index(areas, name[:min(1, len(name))])
	number, err := strconv.Atoi(name[min(1, len(name)):])
	if err != nil || area < 0 || name == "" {
		return len(areas), 0
	}
	return area, number
}
