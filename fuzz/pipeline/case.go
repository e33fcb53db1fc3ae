package pipeline

import (
	"math"
	"regexp"
	"slices"

	"redrill/fuzz/layout"
	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

// Case is one input of a pipeline and what has to come of it.
type Case struct {
	Layout   layout.Layout // the format of snapshots
	Name     string
	Rows     []string // of the catalogue of mistakes
	Rule     string   // for people
	Snapshot []byte
	Want     vectors.Want
	// PartialNotes says that Want does not have all notes and counts.
	PartialNotes bool
	// NotApplicable says why the case says nothing about the pipeline; "" if it
	// does.
	NotApplicable string
}

// Cases returns the vectors whose snapshots are of the layout as cases for a decoder
// that gets the given form.
func Cases(list []vectors.Vector, l layout.Layout, form Container) []Case {
	list = vectors.Of(list, l.Format())
	cases := make([]Case, len(list))
	for i, v := range list {
		c := Case{Layout: l, Name: v.Name, Rows: v.Rows, Rule: v.Rule, Snapshot: v.Snapshot, Want: v.Want}
		if v.Options != (layout.Options{}) {
			c.NotApplicable = "the vector is about an option of redrill"
		} else if form == ContainerPayload {
			c.strip()
		}
		cases[i] = c
	}
	return cases
}

// strip gives the case a bare payload, and only the rows that one can be about.
func (c *Case) strip() {
	const none = "the vector is about what a bare payload has not"
	payload, ok := c.Layout.Bare(c.Snapshot)
	rows := slices.DeleteFunc(slices.Clone(c.Rows), func(row string) bool { return slices.Contains(vectors.ContainerRows, row) })
	if !ok || len(rows) == 0 {
		c.NotApplicable = none
		return
	}
	c.Snapshot, c.Rows = payload, rows
}

// mustRefuse reports whether the snapshot cannot be decoded.
func (c Case) mustRefuse() bool { return c.Want.Error != "" }

// mayBeIncomplete reports whether the snapshot holds rows that belong to no key,
// though they may be a part of one.
func (c Case) mayBeIncomplete() bool {
	for kind, n := range c.Want.Counts {
		if n > 0 && kind.Meaning().Missing.Noun != "" {
			return true
		}
	}
	return false
}

// mayRefuse reports whether the snapshot holds what no dump of the form can say,
// so that refusing all of it is right as well.
func (c Case) mayRefuse(form Format) bool {
	for _, n := range c.Want.Notes {
		switch {
		case n.Kind == keyspace.NoteUnreadable:
			return true
		case n.Kind == keyspace.NoteUnrepresentable && n.Element != nil && !c.holds(n, form):
			return true
		}
	}
	return false
}

// duty says what a decoder has to do with the snapshot.
func (c Case) duty(form Format) Duty {
	switch {
	case c.mustRefuse():
		return Refuse
	case c.mayRefuse(form):
		return Either
	}
	return Read
}

// dutyOfKeys says what an encoder or a restorer has to do with a dump.
func (c Case) dutyOfKeys(form Format) Duty {
	if slices.ContainsFunc(c.expected(form), unrepresentable) {
		return Either
	}
	return Read
}

// holds reports whether a dump can hold the element that a note is about.
func (c Case) holds(n keyspace.Note, form Format) bool {
	k, _ := keyspace.Find(c.Want.Keys, n.DB, n.Name)
	switch v := k.Value.(type) {
	case keyspace.Stream:
		return slices.ContainsFunc(v.Entries, func(e keyspace.Entry) bool { return e.ID.String() == *n.Element })
	case keyspace.ZSet:
		return form == FormatJSONL
	case keyspace.String, keyspace.Hash, keyspace.List, keyspace.Set, keyspace.HyperLogLog:
	case keyspace.Array, keyspace.Opaque:
	}
	return true
}

// expected returns the keys that a dump of the form must hold, ascending by
// database and name.
func (c Case) expected(form Format) []keyspace.Key {
	keys := make([]keyspace.Key, 0, len(c.Want.Keys))
	for _, k := range c.Want.Keys {
		if k = asHeld(k, form); !empty(k.Value) {
			keys = append(keys, k)
		}
	}
	return keys
}

// asHeld returns the key as a dump of the form holds it.
func asHeld(k keyspace.Key, form Format) keyspace.Key {
	if form != FormatTree {
		return k
	}
	switch v := k.Value.(type) {
	case keyspace.ZSet:
		k.Value = slices.DeleteFunc(slices.Clone(v), func(m keyspace.Member) bool { return math.IsNaN(m.Score) })
	case keyspace.Stream:
		v.MaxDeletedID = keyspace.ID{}
		if n := len(v.Entries); n > 0 {
			v.LastID = keyspace.MaxID(v.LastID, v.Entries[n-1].ID)
		}
		k.Value = v
	case keyspace.String, keyspace.Hash, keyspace.List, keyspace.Set, keyspace.HyperLogLog:
	case keyspace.Array, keyspace.Opaque:
	}
	return k
}

// empty reports whether a value is a collection that no Redis can hold.
func empty(v keyspace.Value) bool {
	switch v := v.(type) {
	case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet:
		return v.Len() == 0
	case keyspace.String, keyspace.Stream, keyspace.HyperLogLog:
	case keyspace.Array, keyspace.Opaque:
	}
	return false
}

// Select returns the cases whose name matches a regular expression; an empty one
// matches all.
func Select(cases []Case, expression string) ([]Case, error) {
	match, err := regexp.Compile(expression)
	if err != nil {
		return nil, err
	}
	var list []Case
	for _, c := range cases {
		if match.MatchString(c.Name) {
			list = append(list, c)
		}
	}
	return list, nil
}
