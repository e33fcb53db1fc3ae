package tree

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrill/keyspace"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// goldenKeys has every type and what each may hold, in the order of the reader.
func goldenKeys() []keyspace.Key {
	at := keyspace.ExpireAtMs
	long := strings.Repeat("k", 241)
	return []keyspace.Key{
		{Name: "", Value: keyspace.String("the empty name")},
		{Name: "empty", Value: keyspace.String(""), ExpireAt: at(math.MaxInt64)},
		{Name: "h", ExpireAt: at(1767225600000), Value: keyspace.Hash{
			{Name: "", Value: ""},
			{Name: "a", Value: "<&>\"\\/\x7f\u2028\u2029\u2027\ufffd"},
			{Name: "b", Value: "\b\f\n\r\t\x00\x1f"},
			{Name: "\xff", Value: "\xfb\xff"},
		}},
		{Name: "hll", ExpireAt: at(5), Value: keyspace.HyperLogLog{"", "a", "ü"}},
		{Name: "hll empty", Value: keyspace.HyperLogLog{}},
		{Name: long, ExpireAt: at(7), Value: keyspace.String("\x00\xff\n")},
		{Name: "l", Value: keyspace.List{"b", "a", "b", "", "\xff"}},
		{Name: "s", Value: keyspace.Set{"", "x", "\xff\x00<>&>\xa8\x7f\x08\x0c\x09"}},
		{Name: "x", ExpireAt: at(math.MaxInt64), Value: keyspace.Stream{
			LastID: keyspace.ID{Ms: math.MaxUint64, Seq: 7},
			Entries: []keyspace.Entry{
				{ID: keyspace.ID{Ms: 1, Seq: 2}, Pairs: []keyspace.Pair{{Field: "f", Value: "1"}, {Field: "f", Value: "\xff"}, {}}},
				{ID: keyspace.ID{Ms: 10, Seq: 0}},
			},
		}},
		{Name: "x empty", Value: keyspace.Stream{LastID: keyspace.ID{Ms: 3}}},
		{Name: "z", Value: keyspace.ZSet{
			{Name: "a", Score: 1}, {Name: "b", Score: math.Copysign(0, -1)}, {Name: "c", Score: math.Inf(1)},
			{Name: "d", Score: math.Inf(-1)}, {Name: "e", Score: 1e21}, {Name: "f", Score: 1e20}, {Name: "g", Score: 1e-7},
			{Name: "h", Score: 0.30000000000000004}, {Name: "\xfe", Score: -2.5},
		}},
		{DB: 3, Name: "other/db", Value: keyspace.List{"x"}, ExpireAt: at(0)},
	}
}

var goldenNote = keyspace.Note{Kind: keyspace.NoteEmpty, Name: "z empty", Type: keyspace.TypeZSet, Offset: -1}

func TestGolden(t *testing.T) {
	dir := writeTree(t, goldenKeys(), goldenNote)
	golden := filepath.Join("testdata", "golden")
	got := files(t, dir)
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		for path, text := range got {
			write(t, golden, path, text)
		}
	}
	if diff := cmp.Diff(files(t, golden), got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, limit := range []keyspace.PartLimit{keyspace.DefaultPartLimit, {Elements: 1, Bytes: 1}, {Elements: 2, Bytes: 100}} {
		c, err := readTree(t, copyTree(t, golden), limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(goldenKeys(), c.Keys, equalKeys); diff != "" {
			t.Errorf("limit %+v: keys (-want +got):\n%s", limit, diff)
		}
		notes := c.Notes[:0:0]
		for _, n := range c.Notes {
			if n.Kind != keyspace.NoteUnrepresentable {
				notes = append(notes, n)
			}
		}
		if diff := cmp.Diff([]keyspace.Note{goldenNote}, notes); diff != "" {
			t.Errorf("limit %+v: notes (-want +got):\n%s", limit, diff)
		}
	}
}

func TestFormatScore(t *testing.T) {
	tests := []struct {
		score float64
		want  string
	}{
		{1, "1"}, {0.1, "0.1"}, {0, "0"}, {math.Copysign(0, -1), "-0"}, {-2.5, "-2.5"},
		{1e20, "100000000000000000000"}, {1e21, "1e+21"}, {-1e21, "-1e+21"}, {123456789012345680000, "123456789012345680000"},
		{1e-6, "0.000001"}, {1e-7, "1e-7"}, {1.5e-9, "1.5e-9"}, {1e-10, "1e-10"}, {1e-100, "1e-100"}, {1e100, "1e+100"}, {1e30, "1e+30"},
		{5e-324, "5e-324"}, {math.MaxFloat64, "1.7976931348623157e+308"},
		{math.Inf(1), `"+inf"`}, {math.Inf(-1), `"-inf"`},
	}
	for _, tt := range tests {
		if got := formatScore(tt.score); got != tt.want {
			t.Errorf("formatScore(%v) = %s, want %s", tt.score, got, tt.want)
		}
	}
}

func TestSnapshotIndex(t *testing.T) {
	tests := []struct {
		path string
		want uint64
		ok   bool
	}{
		{"0000000000000064.fsm", 100, true},
		{"/data/n1/fsm-snap/000000000000001a.fsm", 26, true},
		{"ffffffffffffffff.fsm", math.MaxUint64, true},
		{"0000000000000000.fsm", 0, true},
		{"0000000000000064.fsm.gz", 100, true},
		{"0000000000000064.fsm.zst", 100, true},
		{"64.fsm", 0, false},
		{"0000000000000064", 0, false},
		{"0000000000000064.snap", 0, false},
		{"+000000000000064.fsm", 0, false},
		{"0x00000000000064.fsm", 0, false},
		{"000000000000_064.fsm", 0, false},
		{"", 0, false},
	}
	for _, tt := range tests {
		if got, ok := SnapshotIndex(tt.path); got != tt.want || ok != tt.ok {
			t.Errorf("SnapshotIndex(%q) = %d, %v, want %d, %v", tt.path, got, ok, tt.want, tt.ok)
		}
	}
}

// The escapes and numbers of these files are those of Go's JSON encoder with
// HTML escaping.
func TestTextIsThatOfGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(drawString.Draw(t, "string"), "\ufffd")
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		o := &out{buf: make([]byte, 0, 1<<10)}
		o.bytes(s, "")
		if got := string(o.buf); got != string(want) {
			t.Errorf("bytes(%q) = %s, want %s", s, got, want)
		}
		x := drawScore.Draw(t, "score")
		if math.IsInf(x, 0) {
			return
		}
		if want, err = json.Marshal(x); err != nil {
			t.Fatal(err)
		}
		if got := formatScore(x); got != string(want) {
			t.Errorf("formatScore(%v) = %s, want %s", x, got, want)
		}
	})
}
