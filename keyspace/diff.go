package keyspace

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two keys.
type Change struct {
	Kind ChangeKind
	Text string // for people: `field "f": want "1", got "2"`
}

// ChangeKind says which part of a key differs.
type ChangeKind string

// What can differ.
const (
	ChangeExpiry       ChangeKind = "expiry"
	ChangeType         ChangeKind = "type"
	ChangeValue        ChangeKind = "value"   // of a string, a field, a list's element, a score, an entry
	ChangeMissing      ChangeKind = "missing" // an element
	ChangeExtra        ChangeKind = "extra"   // an element
	ChangeLength       ChangeKind = "length"  // of a list
	ChangeOrder        ChangeKind = "order"   // of elements that are the same, or one of them twice
	ChangeLastID       ChangeKind = "last_id"
	ChangeMaxDeletedID ChangeKind = "max_deleted_id"
	ChangeEntriesAdded ChangeKind = "entries_added"
	ChangeFirstID      ChangeKind = "first_id"
	ChangeGroup        ChangeKind = "group"    // its last delivered ID or the number of entries read
	ChangeConsumer     ChangeKind = "consumer" // missing, extra, or its times
	ChangePending      ChangeKind = "pending"  // an entry: missing, extra, owner, time, deliveries, order
	ChangeNext         ChangeKind = "next"     // the insert position of an array
	ChangeKindOfOpaque ChangeKind = "kind"     // of an opaque value
	ChangeSize         ChangeKind = "size"     // of an opaque value
)

// Diff returns how the whole key got differs from want; their databases and
// names are not compared. Scores are compared bit by bit, see [OneNaN].
func Diff(want, got Key) (changes []Change) {
	if want.ExpireAt != got.ExpireAt {
		changes = append(changes, Change{ChangeExpiry, fmt.Sprintf("expires: want %v, got %v", want.ExpireAt, got.ExpireAt)})
	}
	if w, g := want.Value.Type(), got.Value.Type(); w != g {
		return append(changes, Change{ChangeType, fmt.Sprintf("type: want %v, got %v", w, g)})
	}
	switch w := want.Value.(type) {
	case String:
		g, _ := got.Value.(String)
		changes = append(changes, diffBytes("", string(w), string(g))...)
	case Hash:
		g, _ := got.Value.(Hash)
		changes = append(changes, diffNamed(w, g, "field", equal[Field], fieldText)...)
	case List:
		g, _ := got.Value.(List)
		changes = append(changes, diffPlaces(w, g)...)
	case Set:
		g, _ := got.Value.(Set)
		changes = append(changes, diffNamed(w, g, "member", equal[string], func(s string) (string, string) { return s, "" })...)
	case ZSet:
		g, _ := got.Value.(ZSet)
		changes = append(changes, diffNamed(w, g, "member", sameMember, func(m Member) (string, string) { return m.Name, scoreText(m.Score) })...)
	case Stream:
		g, _ := got.Value.(Stream)
		changes = append(changes, diffStreams(w, g)...)
	case HyperLogLog:
		g, _ := got.Value.(HyperLogLog)
		changes = append(changes, diffNamed(w, g, "element", equal[string], func(s string) (string, string) { return s, "" })...)
	case Array:
		g, _ := got.Value.(Array)
		changes = append(changes, diffOne(ChangeNext, "insert position", w.Next, g.Next)...)
		changes = append(changes, diffNamed(w.Cells, g.Cells, "element", equal[Cell], func(c Cell) (string, string) {
			return strconv.FormatUint(c.Index, 10), fmt.Sprintf("%q", c.Value)
		})...)
	case Opaque:
		g, _ := got.Value.(Opaque)
		changes = append(changes, diffOne(ChangeKindOfOpaque, "kind", w.Kind, g.Kind)...)
		changes = append(changes, diffOne(ChangeSize, "size", w.Size, g.Size)...)
	}
	return changes
}

// fieldText shows a field with its expire time, if it has one.
func fieldText(f Field) (name, value string) {
	value = fmt.Sprintf("%q", f.Value)
	if _, expires := f.ExpireAt.Ms(); expires {
		value += " until " + f.ExpireAt.String()
	}
	return f.Name, value
}

// diffOne compares two values that stand alone.
func diffOne[T comparable](kind ChangeKind, what string, want, got T) []Change {
	if want == got {
		return nil
	}
	return []Change{{kind, fmt.Sprintf("%s: want %v, got %v", what, want, got)}}
}

// OneNaN returns k with every NaN replaced by the same NaN, because a dump does not
// keep their bits. Without a NaN it returns k unchanged; otherwise the value is a
// copy.
func OneNaN(k Key) Key {
	v, ok := k.Value.(ZSet)
	if !ok || !slices.ContainsFunc(v, memberIsNaN) {
		return k
	}
	v = slices.Clone(v)
	for i := range v {
		if memberIsNaN(v[i]) {
			v[i].Score = math.NaN()
		}
	}
	k.Value = v
	return k
}

func diffStreams(want, got Stream) (changes []Change) {
	changes = append(changes, diffOne(ChangeLastID, "last ID", want.LastID, got.LastID)...)
	changes = append(changes, diffOne(ChangeMaxDeletedID, "max deleted ID", want.MaxDeletedID, got.MaxDeletedID)...)
	changes = append(changes, diffOne(ChangeEntriesAdded, "entries added", want.EntriesAdded, got.EntriesAdded)...)
	changes = append(changes, diffOne(ChangeFirstID, "first ID", want.FirstID, got.FirstID)...)
	changes = append(changes, diffNamed(want.Entries, got.Entries, "entry", sameEntry, func(e Entry) (string, string) {
		var b strings.Builder
		for _, p := range e.Pairs {
			fmt.Fprintf(&b, "%q=%q ", p.Field, p.Value)
		}
		return e.ID.String(), b.String()
	})...)
	return append(changes, diffGroups(want.Groups, got.Groups)...)
}

// diffNamed compares elements that are found by a name, with what they hold
// beside it.
func diffNamed[E any](want, got []E, noun string, same func(a, b E) bool, parts func(E) (name, value string)) (changes []Change) {
	if slices.EqualFunc(want, got, same) {
		return nil
	}
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
		label := noun + " " + shortened(name)
		if value, ok := gotValues[name]; !ok {
			changes = append(changes, Change{ChangeMissing, label + ": missing"})
		} else if value != wantValues[name] {
			w, g := excerpts(wantValues[name], value)
			changes = append(changes, Change{ChangeValue, fmt.Sprintf("%s: want %s, got %s", label, w, g)})
		}
	}
	for _, name := range gotNames {
		if _, ok := wantValues[name]; !ok {
			changes = append(changes, Change{ChangeExtra, noun + " " + shortened(name) + ": too many"})
		}
	}
	if len(changes) == 0 {
		changes = []Change{{ChangeOrder, "the order differs, or one " + noun + " occurs twice"}}
	}
	return changes
}

func equal[E comparable](a, b E) bool { return a == b }
func sameMember(a, b Member) bool     { return a.Name == b.Name && SameScore(a.Score, b.Score) }
func sameEntry(a, b Entry) bool       { return a.ID == b.ID && slices.Equal(a.Pairs, b.Pairs) }

// diffPlaces says where two lists differ first.
func diffPlaces(want, got []string) []Change {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return diffBytes(fmt.Sprintf("element %d: ", i), want[i], got[i])
		}
	}
	if len(want) != len(got) {
		return []Change{{ChangeLength, fmt.Sprintf("want %d elements, got %d", len(want), len(got))}}
	}
	return nil
}

// diffBytes says where two byte strings differ first.
func diffBytes(label, want, got string) []Change {
	if want == got {
		return nil
	}
	if max(len(want), len(got)) <= shownBytes/2 {
		return []Change{{ChangeValue, fmt.Sprintf("%swant %q, got %q", label, want, got)}}
	}
	at := common(want, got)
	return []Change{{ChangeValue, fmt.Sprintf("%sat byte %d: want %s (%d bytes), got %s (%d bytes)",
		label, at, shortened(want[at:]), len(want), shortened(got[at:]), len(got))}}
}

// common returns the length of the prefix that two strings share.
func common(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// scoreText returns a score so that different bits look different.
func scoreText(f float64) string {
	switch {
	case math.IsNaN(f) && SameScore(f, math.NaN()):
		return "nan"
	case math.IsNaN(f):
		return fmt.Sprintf("nan of the bits %x", math.Float64bits(f))
	case f == 0 && math.Signbit(f):
		return "-0"
	}
	return fmt.Sprint(f)
}

// shownBytes is how much of a byte string a text shows.
const shownBytes = 160

func shortened(s string) string {
	if len(s) > shownBytes {
		return fmt.Sprintf("%q…", s[:shownBytes])
	}
	return fmt.Sprintf("%q", s)
}

// excerpts shortens two texts to where they differ.
func excerpts(a, b string) (string, string) {
	from := 0
	if max(len(a), len(b)) > 2*shownBytes {
		from = max(common(a, b)-shownBytes/2, 0)
	}
	return excerpt(a, from), excerpt(b, from)
}

func excerpt(s string, from int) string {
	if strings.TrimSpace(s) == "" {
		return "nothing"
	}
	text := strings.ToValidUTF8(s[from:min(len(s), from+2*shownBytes)], "")
	if from > 0 {
		text = "…" + text
	}
	if from+2*shownBytes < len(s) {
		text += "…"
	}
	return strings.TrimSpace(text)
}
