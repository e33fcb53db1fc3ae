package dump

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrill/keyspace"
)

// drawString draws byte strings that are easily mangled.
var drawString = rapid.OneOf(
	rapid.SampledFrom([]string{
		"", "\x00", `"`, `\`, `\u0041`, "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\ufffd", "\ufeff",
		"\u2028", "😀", "😀"[:3], `{"base64":"_w"}`, "null", "a\r\nb", "</script>", "0", "-0",
	}),
	rapid.String(),
	rapid.StringN(0, 12, -1),
	rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }),
)

var drawScore = rapid.OneOf(
	rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e-6, math.Nextafter(1e-6, 0), 1e21,
		math.Nextafter(1e21, 0), math.MaxFloat64, -math.SmallestNonzeroFloat64, 0.1, 1 << 53, 1<<53 + 2,
	}),
	rapid.Float64(),
	rapid.Map(rapid.Uint64(), func(u uint64) float64 {
		if x := math.Float64frombits(u); !math.IsNaN(x) { // the bits of a NaN are not kept
			return x
		}
		return math.NaN()
	}),
	rapid.Map(rapid.IntRange(-1e9, 1e9), func(i int) float64 { return float64(i) / 100 }),
)

var drawID = rapid.Custom(func(t *rapid.T) keyspace.ID {
	part := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64())
	return keyspace.ID{Ms: part.Draw(t, "ms"), Seq: part.Draw(t, "seq")}
})

// drawValue draws a value in canonical order that a dump of the version can hold.
func drawValue(t *rapid.T, version int) keyspace.Value {
	types := keyspace.Types[:]
	if version == 1 {
		types = types[:keyspace.TypeHyperLogLog+1]
	}
	names := func() []string {
		v := rapid.SliceOfNDistinct(drawString, 0, 8, rapid.ID[string]).Draw(t, "names")
		slices.Sort(v)
		return v
	}
	switch rapid.SampledFrom(types).Draw(t, "type") {
	case keyspace.TypeString:
		return keyspace.String(drawString.Draw(t, "value"))
	case keyspace.TypeHash:
		var v keyspace.Hash
		for _, name := range names() {
			f := keyspace.Field{Name: name, Value: drawString.Draw(t, "value")}
			if version > 1 && rapid.Bool().Draw(t, "field expires") {
				f.ExpireAt = keyspace.ExpireAtMs(rapid.Int64().Draw(t, "expire time of a field"))
			}
			v = append(v, f)
		}
		return v
	case keyspace.TypeList:
		return keyspace.List(rapid.SliceOfN(drawString, 0, 8).Draw(t, "elements"))
	case keyspace.TypeSet:
		return keyspace.Set(names())
	case keyspace.TypeZSet:
		var v keyspace.ZSet
		for _, name := range names() {
			v = append(v, keyspace.Member{Name: name, Score: drawScore.Draw(t, "score")})
		}
		return v
	case keyspace.TypeStream:
		v := keyspace.Stream{LastID: drawID.Draw(t, "last ID")}
		if rapid.Bool().Draw(t, "trimmed") {
			v.MaxDeletedID = drawID.Draw(t, "max deleted ID")
		}
		ids := rapid.SliceOfNDistinct(drawID, 0, 8, rapid.ID[keyspace.ID]).Draw(t, "IDs")
		slices.SortFunc(ids, keyspace.ID.Compare)
		for _, id := range ids {
			e := keyspace.Entry{ID: id}
			for range rapid.IntRange(0, 3).Draw(t, "pairs") {
				e.Pairs = append(e.Pairs, keyspace.Pair{Field: drawString.Draw(t, "field"), Value: drawString.Draw(t, "value")})
			}
			v.Entries = append(v.Entries, e)
		}
		if version > 1 {
			v.EntriesAdded = drawOptional(t, rapid.Uint64())
			v.FirstID = drawOptional(t, drawID)
			for _, name := range names() {
				v.Groups = append(v.Groups, drawGroup(t, name, names()))
			}
		}
		return v
	case keyspace.TypeHyperLogLog:
		return keyspace.HyperLogLog(names())
	case keyspace.TypeArray:
		at := rapid.SliceOfNDistinct(rapid.Uint64(), 0, 6, rapid.ID[uint64]).Draw(t, "indexes")
		slices.Sort(at)
		v := keyspace.Array{Next: drawOptional(t, rapid.Uint64())}
		for _, i := range at {
			v.Cells = append(v.Cells, keyspace.Cell{Index: i, Value: drawString.Draw(t, "value")})
		}
		return v
	case keyspace.TypeOpaque:
		return keyspace.Opaque{Kind: drawString.Draw(t, "kind"), Size: rapid.Int64Min(0).Draw(t, "size")}
	}
	panic("unreachable")
}

func drawOptional[T comparable](t *rapid.T, of *rapid.Generator[T]) (v keyspace.Optional[T]) {
	if rapid.Bool().Draw(t, "known") {
		v = keyspace.Some(of.Draw(t, "value"))
	}
	return v
}

func drawGroup(t *rapid.T, name string, consumers []string) keyspace.Group {
	g := keyspace.Group{Name: name, LastDeliveredID: drawID.Draw(t, "delivered"), EntriesRead: drawOptional(t, rapid.Uint64())}
	for _, c := range consumers {
		g.Consumers = append(g.Consumers, keyspace.Consumer{Name: c, SeenMs: drawOptional(t, rapid.Int64()), ActiveMs: drawOptional(t, rapid.Int64())})
	}
	ids := rapid.SliceOfNDistinct(drawID, 0, 5, rapid.ID[keyspace.ID]).Draw(t, "pending")
	slices.SortFunc(ids, keyspace.ID.Compare)
	owned := rapid.IntRange(0, len(ids)).Draw(t, "owned")
	for i, id := range ids {
		e := keyspace.Pending{ID: id, Deliveries: rapid.Uint64().Draw(t, "deliveries")}
		if i < owned {
			e.Owner, e.DeliveredMs = keyspace.Some(drawString.Draw(t, "owner")), rapid.Int64().Draw(t, "delivered at")
		}
		g.Pending = append(g.Pending, e)
	}
	slices.Reverse(g.Pending[owned:])
	return g
}

// drawKeys draws keys in parts of one element and more.
func drawKeys(t *rapid.T, version int) []keyspace.Key {
	var keys []keyspace.Key
	for range rapid.IntRange(0, 4).Draw(t, "keys") {
		k := keyspace.Key{
			DB:    rapid.SampledFrom([]int{0, 0, 0, 1, 15, keyspace.MaxDB}).Draw(t, "db"),
			Name:  drawString.Draw(t, "name"),
			Value: drawValue(t, version),
		}
		if rapid.Bool().Draw(t, "expires") {
			k.ExpireAt = keyspace.ExpireAtMs(rapid.Int64().Draw(t, "expire time"))
		}
		keys = append(keys, keyspace.Split(k, rapid.IntRange(1, 4).Draw(t, "part size"))...)
	}
	return keys
}

var drawNote = rapid.Custom(func(t *rapid.T) keyspace.Note {
	n := keyspace.Note{
		Kind: rapid.SampledFrom(slices.DeleteFunc(slices.Clone(keyspace.NoteKinds[:]), func(k keyspace.NoteKind) bool {
			return !k.Meaning().Delivered
		})).Draw(t, "kind"),
		DB:     rapid.IntRange(0, 15).Draw(t, "db"),
		Name:   drawString.Draw(t, "name"),
		Type:   rapid.SampledFrom(keyspace.Types[:keyspace.TypeHyperLogLog+1]).Draw(t, "type"),
		Offset: rapid.Int64Min(-1).Draw(t, "offset"),
		Detail: drawString.Draw(t, "detail"),
	}
	if rapid.Bool().Draw(t, "about an element") {
		n.Element = ptr(drawString.Draw(t, "element"))
	}
	return n
})

func TestPropertyThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.SampledFrom([]keyspace.Origin{testSource, rdbSource}).Draw(t, "source")
		keys := drawKeys(t, versionOf(source))
		notes := make([][]keyspace.Note, len(keys)+1) // what stands before each key
		counted := keyspace.Tally{}
		for i := range notes {
			notes[i] = rapid.SliceOfN(drawNote, 0, 2).Draw(t, "notes")
		}
		if n := rapid.Int64Range(0, math.MaxInt64).Draw(t, "count"); n > 0 {
			counted[keyspace.NoteUnprotected] = n
		}

		var out bytes.Buffer
		w, err := NewWriter(&out, source)
		if err != nil {
			t.Fatal(err)
		}
		for i := range notes {
			for _, n := range notes[i] {
				if err := w.Note(n); err != nil {
					t.Fatal(err)
				}
			}
			if i < len(keys) {
				if err := w.Key(keys[i]); err != nil {
					t.Fatal(err)
				}
			}
			if rapid.Bool().Draw(t, "flush") {
				w.flush()
			}
		}
		w.Count(keyspace.NoteUnprotected, counted[keyspace.NoteUnprotected])
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}

		r, err := NewReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Origin().Equal(source) {
			t.Fatalf("Origin() = %+v, want %+v", r.Origin(), source)
		}
		var gotKeys []keyspace.Key
		gotNotes := make([][]keyspace.Note, len(keys)+1)
		for k, err := range r.Keys(func(n keyspace.Note) { gotNotes[len(gotKeys)] = append(gotNotes[len(gotKeys)], n) }) {
			if err != nil {
				t.Fatalf("%v\n%s", err, out.Bytes())
			}
			gotKeys = append(gotKeys, k)
		}
		if diff := cmp.Diff(keys, gotKeys, compare); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(notes, gotNotes, compare); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(counted, r.Counted(), compare); diff != "" {
			t.Errorf("counted (-want +got):\n%s", diff)
		}
	})
}
