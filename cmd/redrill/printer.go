package main

import (
	"fmt"
	"io"
	"strings"

	"redrill/internal/figures"
	"redrill/keyspace"
	"redrill/verify/report"
)

// printer writes the lines of a report: a label and what it is about. It keeps
// the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(label, text string) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, "%-10s %s\n", label, oneLine(text))
	}
}

func (p *printer) snapshot(s *source) {
	p.line("source", s.name)
	for _, line := range s.opened.Describe().Lines {
		p.line("", line)
	}
}

func (p *printer) decoded(sum summary) {
	p.line("decoded", count(sum.Keys, "key")+", "+count(sum.Elements, "element")+typeCounts(sum.Types))
}

func (p *printer) notes(sum summary) {
	if notes := noteCounts(sum.Notes); notes != "" {
		p.line("notes", notes)
	}
}

// oneLine returns text for a terminal without line feeds: a name may hold them, and
// would look like lines of a report.
func oneLine(text string) string { return strings.ReplaceAll(report.Visible(text), "\n", `\n`) }

// count prints a number with its noun, thousands separated.
func count(n int64, noun string) string { return figures.Count(n, noun) }

func typeCounts(types map[string]int64) string {
	var parts []string
	for _, t := range keyspace.Types {
		if n := types[t.String()]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", t, figures.Number(n)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func noteCounts(notes keyspace.Tally) string {
	var parts []string
	for _, kind := range keyspace.NoteKinds {
		if n := notes[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", kind, figures.Number(n)))
		}
	}
	return strings.Join(parts, ", ")
}
