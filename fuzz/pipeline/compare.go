package pipeline

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"redrill/keyspace"
)

const (
	maxDifferences = 10  // of a case, told one by one
	maxShown       = 160 // bytes of a value
)

// compareKeys says what differs, one line per key, at most maxDifferences.
func compareKeys(want, got map[keyID]keyspace.Key) []string {
	all := maps.Clone(want)
	maps.Copy(all, got)
	ids := slices.SortedFunc(maps.Keys(all), func(a, b keyID) int {
		return cmp.Or(cmp.Compare(a.db, b.db), cmp.Compare(a.name, b.name))
	})
	var list []string
	for _, id := range ids {
		w, wanted := want[id]
		g, there := got[id]
		label := fmt.Sprintf("key %s", show(id.name))
		if id.db != 0 {
			label = fmt.Sprintf("database %d, %s", id.db, label)
		}
		switch {
		case !there:
			list = append(list, fmt.Sprintf("%s: missing, a %v", label, w.Value.Type()))
		case !wanted:
			list = append(list, fmt.Sprintf("%s: a %v too many", label, g.Value.Type()))
		default:
			for _, text := range compareKey(w, g) {
				list = append(list, label+text)
			}
		}
	}
	return atMost(list)
}

// compareKey says what differs between two keys of the same name.
func compareKey(want, got keyspace.Key) (list []string) {
	if want.ExpireAt != got.ExpireAt {
		list = append(list, fmt.Sprintf(": expires: want %v, got %v", want.ExpireAt, got.ExpireAt))
	}
	if w, g := want.Value.Type(), got.Value.Type(); w != g {
		return append(list, fmt.Sprintf(": type: want %v, got %v", w, g))
	}
	switch w := want.Value.(type) {
	case keyspace.String:
		g, _ := got.Value.(keyspace.String)
		list = append(list, differ("", string(w), string(g))...)
	case keyspace.Hash:
		g, _ := got.Value.(keyspace.Hash)
		list = append(list, byName(w, g, "field", func(f keyspace.Field) (string, string) { return f.Name, fmt.Sprintf("%q", f.Value) })...)
	case keyspace.List:
		g, _ := got.Value.(keyspace.List)
		list = append(list, byPlace(w, g)...)
	case keyspace.Set:
		g, _ := got.Value.(keyspace.Set)
		list = append(list, byName(w, g, "member", func(s string) (string, string) { return s, "" })...)
	case keyspace.ZSet:
		g, _ := got.Value.(keyspace.ZSet)
		list = append(list, byName(w, g, "member", func(m keyspace.Member) (string, string) { return m.Name, showScore(m.Score) })...)
	case keyspace.Stream:
		g, _ := got.Value.(keyspace.Stream)
		list = append(list, compareStreams(w, g)...)
	case keyspace.HyperLogLog:
		g, _ := got.Value.(keyspace.HyperLogLog)
		list = append(list, byName(w, g, "element", func(s string) (string, string) { return s, "" })...)
	}
	return list
}

func compareStreams(want, got keyspace.Stream) (list []string) {
	if want.LastID != got.LastID {
		list = append(list, fmt.Sprintf(": last ID: want %v, got %v", want.LastID, got.LastID))
	}
	if want.MaxDeletedID != got.MaxDeletedID {
		list = append(list, fmt.Sprintf(": max deleted ID: want %v, got %v", want.MaxDeletedID, got.MaxDeletedID))
	}
	return append(list, byName(want.Entries, got.Entries, "entry", func(e keyspace.Entry) (string, string) {
		var b strings.Builder
		for _, p := range e.Pairs {
			fmt.Fprintf(&b, "%q=%q ", p.Field, p.Value)
		}
		return e.ID.String(), b.String()
	})...)
}

// byName says how elements differ that are found by a name, with what they hold
// beside it.
func byName[E any](want, got []E, noun string, parts func(E) (name, value string)) (list []string) {
	values := func(all []E) (names []string, m map[string]string) {
		m = make(map[string]string, len(all))
		for _, e := range all {
			name, value := parts(e)
			names, m[name] = append(names, name), value
		}
		return names, m
	}
	wantNames, wantValues := values(want)
	gotNames, gotValues := values(got)
	for _, name := range wantNames {
		label := fmt.Sprintf(": %s %s", noun, show(name))
		if value, ok := gotValues[name]; !ok {
			list = append(list, label+": missing")
		} else if value != wantValues[name] {
			w, g := excerpts(wantValues[name], value)
			list = append(list, fmt.Sprintf("%s: want %s, got %s", label, w, g))
		}
	}
	for _, name := range gotNames {
		if _, ok := wantValues[name]; !ok {
			list = append(list, fmt.Sprintf(": %s %s: too many", noun, show(name)))
		}
	}
	return list
}

// byPlace says where two lists differ first.
func byPlace(want, got []string) []string {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return differ(fmt.Sprintf(": element %d", i), want[i], got[i])
		}
	}
	if len(want) != len(got) {
		return []string{fmt.Sprintf(": want %d elements, got %d", len(want), len(got))}
	}
	return nil
}

// differ says where two byte strings differ first.
func differ(label, want, got string) []string {
	if want == got {
		return nil
	}
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	if max(len(want), len(got)) <= maxShown/2 {
		return []string{fmt.Sprintf("%s: want %q, got %q", label, want, got)}
	}
	return []string{fmt.Sprintf("%s: at byte %d: want %s (%d bytes), got %s (%d bytes)",
		label, at, show(want[at:]), len(want), show(got[at:]), len(got))}
}

// compare says how a decoder's dump differs from what the case wants, and which
// keys it compared.
func (c Case) compare(form Format, got found) (want, held map[keyID]keyspace.Key, diffs []string) {
	want, held = c.expected(form), got.withoutEmpty()
	return want, held, atMost(append(compareKeys(want, held), c.wronglyEmpty(got)...))
}

// wronglyEmpty says which keys without elements a decoder's dump must not have.
func (c Case) wronglyEmpty(got found) (list []string) {
	none := func(db int, name string, typ keyspace.Type) {
		if db != 0 || !c.mayBeEmpty(name) {
			list = append(list, fmt.Sprintf("key %s: an empty %v, which must be absent", show(name), typ))
		}
	}
	for id, k := range got.keys {
		if empty(k.Value) {
			none(id.db, id.name, k.Value.Type())
		}
	}
	for _, n := range got.notes {
		if n.Kind == keyspace.NoteEmpty {
			none(n.DB, n.Name, n.Type)
		}
	}
	slices.Sort(list)
	return list
}

// mayBeEmpty reports whether a dump may have an empty collection of that name: it
// exists for the store, or lost what the form cannot hold.
func (c Case) mayBeEmpty(name string) bool {
	_, ok := c.Want.Keys[name]
	return ok || slices.ContainsFunc(c.Want.Notes, func(n keyspace.Note) bool {
		return n.Kind == keyspace.NoteEmpty && n.Name == name
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
	text := fmt.Sprintf("%s, %v %s", n.Kind, n.Type, show(n.Name))
	if n.Element != nil {
		text += ", element " + show(*n.Element)
	}
	return text
}

// showScore returns a score so that different bits look different, but for NaN.
func showScore(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case f == 0 && math.Signbit(f):
		return "-0"
	}
	return fmt.Sprint(f)
}

func show(s string) string {
	if len(s) > maxShown {
		return fmt.Sprintf("%q…", s[:maxShown])
	}
	return fmt.Sprintf("%q", s)
}

// excerpts shortens two texts to where they differ.
func excerpts(a, b string) (string, string) {
	from := 0
	if max(len(a), len(b)) > 2*maxShown {
		for from < min(len(a), len(b)) && a[from] == b[from] {
			from++
		}
		from = max(from-maxShown/2, 0)
	}
	return excerpt(a, from), excerpt(b, from)
}

func excerpt(s string, from int) string {
	if strings.TrimSpace(s) == "" {
		return "nothing"
	}
	text := strings.ToValidUTF8(s[from:min(len(s), from+2*maxShown)], "")
	if from > 0 {
		text = "…" + text
	}
	if from+2*maxShown < len(s) {
		text += "…"
	}
	return strings.TrimSpace(text)
}

func atMost(list []string) []string {
	if n := len(list) - maxDifferences; n > 1 {
		list = append(list[:maxDifferences:maxDifferences], fmt.Sprintf("… and %d more", n))
	}
	return list
}
