package dump

import (
	"bytes"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"redrill/keyspace"
)

var testSource = keyspace.Origin{
	Format: "elastickv-fsm",
	SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	Bytes:  1234,
	Facts:  []keyspace.Fact{{Name: "last_commit_ts", Value: uint64(math.MaxUint64)}},
}

// content is what a dump says.
type content struct {
	Keys    []keyspace.Key
	Notes   []keyspace.Note
	Counted keyspace.Tally
}

// compare has the options that make contents comparable: scores by bits.
var compare = cmp.Options{
	cmp.Comparer(func(a, b keyspace.ExpireAt) bool { return a == b }),
	cmp.Comparer(keyspace.SameScore),
	cmpopts.EquateEmpty(),
}

func write(tb testing.TB, c content) []byte {
	tb.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, testSource)
	if err != nil {
		tb.Fatal(err)
	}
	for _, k := range c.Keys {
		if err := w.Key(k); err != nil {
			tb.Fatal(err)
		}
	}
	for _, n := range c.Notes {
		if err := w.Note(n); err != nil {
			tb.Fatal(err)
		}
	}
	for kind, n := range c.Counted {
		w.Count(kind, n)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func read(in []byte) (content, error) {
	r, err := NewReader(bytes.NewReader(in))
	if err != nil {
		return content{}, err
	}
	return drain(r)
}

func drain(r *Reader) (content, error) {
	var c content
	for k, err := range r.Keys(func(n keyspace.Note) { c.Notes = append(c.Notes, n) }) {
		if err != nil {
			return c, err
		}
		c.Keys = append(c.Keys, k)
	}
	c.Counted = r.Counted()
	return c, nil
}

func ptr(s string) *string { return &s }

// sample has every type, parts, notes and what is easily lost.
func sample() content {
	id := func(ms, seq uint64) keyspace.ID { return keyspace.ID{Ms: ms, Seq: seq} }
	return content{
		Keys: []keyspace.Key{
			{Name: "s", Value: keyspace.String("a\"\\\b\f\n\r\t\x00\x1f\x7f<>&\u2028é😀\ufffd"), ExpireAt: keyspace.ExpireAtMs(0)},
			{DB: 3, Name: "\xff", Value: keyspace.String("\xed\xa0\x80"), ExpireAt: keyspace.ExpireAtMs(math.MaxInt64)},
			{Name: "", Value: keyspace.String("")},
			{Name: "h", Value: keyspace.Hash{{Name: "", Value: "1"}, {Name: "a", Value: ""}, {Name: "\xff", Value: `{"base64":"_w"}`}}},
			{Name: "l", Value: keyspace.List{"b", "a", "b"}, More: true},
			{Name: "l", Value: keyspace.List{"\xfe"}, Part: 1, More: true},
			{Name: "l", Value: keyspace.List{"z"}, Part: 2},
			{Name: "u", Value: keyspace.Set{"", "a", "b\xc0"}, ExpireAt: keyspace.ExpireAtMs(-1)},
			{Name: "z", Value: keyspace.ZSet{
				{Name: "a", Score: math.Copysign(0, -1)}, {Name: "b", Score: 0.1}, {Name: "c", Score: 1e21},
				{Name: "d", Score: 1e-7}, {Name: "e", Score: math.Inf(1)}, {Name: "f", Score: math.Inf(-1)},
				{Name: "g", Score: math.NaN()}, {Name: "h", Score: 123456789012345680000}, {Name: "i", Score: 0.000001},
				{Name: "j", Score: math.MaxFloat64}, {Name: "k", Score: math.SmallestNonzeroFloat64}, {Name: "l", Score: -1},
			}},
			{Name: "x", More: true, Value: keyspace.Stream{
				Entries: []keyspace.Entry{
					{ID: id(0, 0)},
					{ID: id(1, 2), Pairs: []keyspace.Pair{{Field: "f", Value: "a"}, {Field: "f", Value: "b"}}},
				},
				LastID: id(9, 9), MaxDeletedID: id(1, 1),
			}},
			{Name: "x", Part: 1, Value: keyspace.Stream{
				Entries: []keyspace.Entry{{ID: id(1, math.MaxUint64), Pairs: []keyspace.Pair{{Field: "", Value: "\x80"}}}},
				LastID:  id(9, 9), MaxDeletedID: id(1, 1),
			}},
			{Name: "empty", Value: keyspace.Stream{}},
			{Name: "p", Value: keyspace.HyperLogLog{"a", "b"}},
		},
		Notes: []keyspace.Note{
			{Kind: keyspace.NoteEmpty, Name: "h0", Type: keyspace.TypeHash, Offset: -1},
			{Kind: keyspace.NoteUnreadable, DB: 1, Name: "\xff", Type: keyspace.TypeZSet, Offset: 0, Detail: "bad \"row\""},
			{Kind: keyspace.NoteUnrepresentable, Name: "x", Type: keyspace.TypeStream, Element: ptr("0-0"), Offset: 99},
		},
		Counted: keyspace.Tally{keyspace.NoteUnknown: 12, keyspace.NoteOrphanTTL: 1},
	}
}

func TestRoundTrip(t *testing.T) {
	want := sample()
	out := write(t, want)
	got, err := read(out)
	if err != nil {
		t.Fatalf("read: %v\n%s", err, out)
	}
	if diff := cmp.Diff(want, got, compare); diff != "" {
		t.Errorf("dump there and back (-want +got):\n%s", diff)
	}
	if again := write(t, got); !bytes.Equal(out, again) {
		t.Errorf("written again:\n%s\nwant:\n%s", again, out)
	}
}
