package main

import (
	"fmt"
	"strings"

	"redrill/keyspace"
	sources "redrill/source"
	"redrill/verify"
)

// registerAllow adds the flags for what of a source may be missing.
func registerAllow(c flagSet, allow *verify.Allow) {
	c.BoolVar(&allow.Unresolved, "allow-unresolved", false, "unresolved transactions in the snapshot do not fail the run")
	c.BoolVar(&allow.Unknown, "allow-unknown", false, "rows of unknown internal families of other services do not fail the run")
	c.BoolVar(&allow.Opaque, "allow-opaque", false, "values and records of modules, whose content is not compared, do not fail the run")
}

// missing says what of a source is not among its keys, so that nothing that was
// made of them can be the whole; nil when nothing is.
func missing(notes keyspace.Tally, allow verify.Allow) []string {
	var parts []string
	for _, kind := range keyspace.NoteKinds {
		if m := kind.Meaning().Missing; notes[kind] > 0 && m.Noun != "" && !allow.Allows(m) {
			parts = append(parts, count(notes[kind], m.Noun)+" "+m.What)
		}
	}
	return parts
}

// statusOfNotes is the status of a command that reads a source and compares
// nothing: it is that of a drill, as far as the source decides about it. What no
// Redis can hold does not, because nothing of it is missing yet.
func statusOfNotes(notes keyspace.Tally, allow verify.Allow) error {
	if missing(notes, allow) != nil {
		return statusError(exitCannotTell)
	}
	return nil
}

// incomplete says what the result does not hold. It is said to whoever wants
// nothing else to be said, too.
func (p *printer) incomplete(notes keyspace.Tally, allow verify.Allow, where string) {
	if parts := missing(notes, allow); parts != nil {
		p.line("result", "INCOMPLETE: "+strings.Join(parts, ", ")+": not "+where)
	}
}

// unknown names the unknown families of rows.
func (p *printer) unknown(families []sources.UnknownRows) {
	for i, u := range families {
		text := fmt.Sprintf("%q %s", u.Prefix, count(u.Rows, "row"))
		if u.Redis {
			text += ", of Redis keys"
		}
		p.line(labelOnce("unknown", i), text)
	}
}
