package pipeline

import (
	"fmt"
	"slices"

	"redrill/keyspace"
)

// maxDifferences of a case are told one by one.
const maxDifferences = 10

// compareKeys says what differs, one line per change, at most maxDifferences. Any
// NaN equals any other.
func compareKeys(want, got []keyspace.Key) (list []string) {
	for w, g := range keyspace.Paired(want, got) {
		switch {
		case g == nil:
			list = append(list, fmt.Sprintf("%s: missing, a %v", w.Label(), w.Value.Type()))
		case w == nil:
			list = append(list, fmt.Sprintf("%s: a %v too many", g.Label(), g.Value.Type()))
		default:
			for _, change := range keyspace.Diff(keyspace.OneNaN(*w), keyspace.OneNaN(*g)) {
				list = append(list, w.Label()+": "+change.Text)
			}
		}
	}
	return atMost(list)
}

// compare says how a decoder's dump differs from what the case wants, and which
// keys it compared.
func (c Case) compare(form Format, got found) (want, held []keyspace.Key, diffs []string) {
	want, held = c.expected(form), got.withoutEmpty()
	return want, held, atMost(append(compareKeys(want, held), c.wronglyEmpty(got)...))
}

// wronglyEmpty says which keys without elements a decoder's dump must not have.
func (c Case) wronglyEmpty(got found) (list []string) {
	none := func(k keyspace.Key, typ keyspace.Type) {
		if !c.mayBeEmpty(k) {
			list = append(list, fmt.Sprintf("%s: an empty %v, which must be absent", k.Label(), typ))
		}
	}
	for _, k := range got.keys {
		if empty(k.Value) {
			none(k, k.Value.Type())
		}
	}
	for _, n := range got.notes {
		if n.Kind == keyspace.NoteEmpty {
			none(keyspace.Key{DB: n.DB, Name: n.Name}, n.Type)
		}
	}
	slices.Sort(list)
	return list
}

// mayBeEmpty reports whether a dump may have an empty collection in the place of
// the key: it exists for the store, or lost what the form cannot hold.
func (c Case) mayBeEmpty(k keyspace.Key) bool {
	_, ok := keyspace.Find(c.Want.Keys, k.DB, k.Name)
	return ok || slices.ContainsFunc(c.Want.Notes, func(n keyspace.Note) bool {
		return n.Kind == keyspace.NoteEmpty && n.DB == k.DB && n.Name == k.Name
	})
}

// compareNotes says which notes and counts differ. ignore is not compared.
func compareNotes(want, got found, ignore ...keyspace.NoteKind) []string {
	var list []string
	missing, extra := without(want.notes, got.notes), without(got.notes, want.notes)
	for _, text := range missing {
		list = append(list, "note missing: "+text)
	}
	for _, text := range extra {
		list = append(list, "note too many: "+text)
	}
	for _, kind := range keyspace.NoteKinds {
		if w, g := want.counts[kind], got.counts[kind]; w != g && !slices.Contains(ignore, kind) {
			list = append(list, fmt.Sprintf("count of %s: want %d, got %d", kind, w, g))
		}
	}
	return list
}

// without returns what is compared of the notes of a that b has not, each as
// often as it is missing.
func without(a, b []keyspace.Note) (rest []string) {
	in := map[string]int{}
	for _, n := range b {
		in[describe(n)]++
	}
	for _, n := range a {
		text := describe(n)
		if in[text]--; in[text] < 0 {
			rest = append(rest, text)
		}
	}
	slices.Sort(rest)
	return rest
}

func describe(n keyspace.Note) string {
	text := fmt.Sprintf("%s, %v %q in database %d", n.Kind, n.Type, n.Name, n.DB)
	if n.Element != nil {
		text += fmt.Sprintf(", element %q", *n.Element)
	}
	return text
}

func atMost(list []string) []string {
	if n := len(list) - maxDifferences; n > 1 {
		list = append(list[:maxDifferences:maxDifferences], fmt.Sprintf("… and %d more", n))
	}
	return list
}
