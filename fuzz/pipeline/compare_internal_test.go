package pipeline

import (
	"math"
	"strings"
	"testing"

	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

// TestCompareFindsEveryChange changes one thing at a time.
func TestCompareFindsEveryChange(t *testing.T) {
	long := strings.Repeat("x", 1000)
	stream := func(last, deleted uint64, entries ...keyspace.Entry) keyspace.Stream {
		return keyspace.Stream{Entries: entries, LastID: keyspace.ID{Ms: last}, MaxDeletedID: keyspace.ID{Ms: deleted}}
	}
	entry := func(ms uint64, pairs ...keyspace.Pair) keyspace.Entry {
		return keyspace.Entry{ID: keyspace.ID{Ms: ms}, Pairs: pairs}
	}
	ab, ac := keyspace.Pair{Field: "a", Value: "b"}, keyspace.Pair{Field: "a", Value: "c"}
	tests := []struct {
		name      string
		want, got keyspace.Value
		says      string // "" for values that are equal
	}{
		{"string", keyspace.String("a"), keyspace.String("b"), `want "a", got "b"`},
		{"end of a long string", keyspace.String(long + "a"), keyspace.String(long + "b"), "at byte 1000"},
		{"length of a long string", keyspace.String(long), keyspace.String(long + long), "at byte 1000"},
		{"bytes that are not UTF-8", keyspace.String("\xff"), keyspace.String("\uFFFD"), `want "\xff"`},
		{"type", keyspace.String("a"), keyspace.HyperLogLog{"a"}, "type: want string, got hyperloglog"},
		{"field value", keyspace.Hash{{Name: "f", Value: "1"}}, keyspace.Hash{{Name: "f", Value: "2"}}, `field "f": want "1", got "2"`},
		{"end of a long field value", keyspace.Hash{{Name: "f", Value: long + "1"}}, keyspace.Hash{{Name: "f", Value: long + "2"}}, `x1", got …`},
		{"empty field value", keyspace.Hash{{Name: "f", Value: "1"}}, keyspace.Hash{{Name: "f"}}, `want "1", got ""`},
		{"field missing", keyspace.Hash{{Name: "f"}, {Name: "g"}}, keyspace.Hash{{Name: "f"}}, `field "g": missing`},
		{"field too many", keyspace.Hash{{Name: "f"}}, keyspace.Hash{{Name: ""}, {Name: "f"}}, `field "": too many`},
		{"order of a list", keyspace.List{"a", "b"}, keyspace.List{"b", "a"}, `element 0: want "a", got "b"`},
		{"length of a list", keyspace.List{"a", "a"}, keyspace.List{"a"}, "want 2 elements, got 1"},
		{"member", keyspace.Set{"a"}, keyspace.Set{"b"}, `member "a": missing`},
		{"HyperLogLog", keyspace.HyperLogLog{"a"}, keyspace.HyperLogLog{}, `element "a": missing`},
		{"score by one ulp", keyspace.ZSet{{Name: "m", Score: 1}}, keyspace.ZSet{{Name: "m", Score: math.Nextafter(1, 2)}}, "1.0000000000000002"},
		{"negative zero", keyspace.ZSet{{Name: "m", Score: math.Copysign(0, -1)}}, keyspace.ZSet{{Name: "m"}}, "want -0, got 0"},
		{"NaN", keyspace.ZSet{{Name: "m", Score: math.NaN()}}, keyspace.ZSet{{Name: "m"}}, "want nan, got 0"},
		{"any NaN", keyspace.ZSet{{Name: "m", Score: math.NaN()}}, keyspace.ZSet{{Name: "m", Score: math.Float64frombits(0xfff8000000000007)}}, ""},
		{"duplicate fields", stream(1, 0, entry(1, ab, ac)), stream(1, 0, entry(1, ac)), `entry "1-0"`},
		{"order of fields", stream(1, 0, entry(1, ab, ac)), stream(1, 0, entry(1, ac, ab)), `entry "1-0"`},
		{"fields and values that look alike", stream(1, 0, entry(1, keyspace.Pair{Field: `a"="`})), stream(1, 0, entry(1, keyspace.Pair{Field: "a", Value: `"="`})), `entry "1-0"`},
		{"entry missing", stream(2, 0, entry(1, ab), entry(2, ab)), stream(2, 0, entry(2, ab)), `entry "1-0": missing`},
		{"last ID", stream(2, 0), stream(1, 0), "last ID: want 2-0, got 1-0"},
		{"max deleted ID", stream(2, 1), stream(2, 0), "max deleted ID: want 1-0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := keyID{0, "k"}
			text := strings.Join(compareKeys(
				map[keyID]keyspace.Key{id: {Name: "k", Value: tt.want}}, map[keyID]keyspace.Key{id: {Name: "k", Value: tt.got}}), "\n")
			if (text == "") != (tt.says == "") || !strings.Contains(text, tt.says) {
				t.Errorf("compareKeys = %q, want %q in it", text, tt.says)
			}
		})
	}
}

func TestCompareKeyMembers(t *testing.T) {
	v := keyspace.String("v")
	key := func(db int, name string, at keyspace.ExpireAt) found {
		return found{keys: map[keyID]keyspace.Key{{db, name}: {DB: db, Name: name, ExpireAt: at, Value: v}}}
	}
	c := Case{Want: vectors.Want{
		Keys:  map[string]keyspace.Key{"k": {Name: "k", ExpireAt: keyspace.ExpireAtMs(5), Value: v}},
		Notes: []keyspace.Note{{Kind: keyspace.NoteEmpty, Name: "e", Type: keyspace.TypeHash}, {Kind: keyspace.NoteUnreadable, Name: "u"}},
	}}
	equal := func() found { return key(0, "k", keyspace.ExpireAtMs(5)) }
	with := func(name string, v keyspace.Value) found {
		f := equal()
		f.keys[keyID{0, name}] = keyspace.Key{Name: name, Value: v}
		return f
	}
	tests := []struct {
		name string
		got  found
		says string
	}{
		{"equal", equal(), ""},
		{"expiry by one millisecond", key(0, "k", keyspace.ExpireAtMs(6)), "expires: want 5ms, got 6ms"},
		{"no expiry", key(0, "k", keyspace.ExpireAt{}), "got none"},
		{"another name", key(0, "K", keyspace.ExpireAtMs(5)), `key "k": missing`},
		{"another database", key(1, "k", keyspace.ExpireAtMs(5)), `database 1, key "k": a string too many`},
		{"empty as in the store", with("e", keyspace.Hash{}), ""},
		{"an unreadable key, empty", with("u", keyspace.Hash{}), `key "u": an empty hash, which must be absent`},
		{"an unreadable key, guessed", with("u", keyspace.Hash{{Name: "f"}}), `key "u": a hash too many`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, diffs := c.compare(FormatJSONL, tt.got)
			text := strings.Join(diffs, "\n")
			if (text == "") != (tt.says == "") || !strings.Contains(text, tt.says) {
				t.Errorf("compare = %q, want %q in it", text, tt.says)
			}
		})
	}
}

func TestCompareNotes(t *testing.T) {
	element := "e"
	want := found{
		notes:  []keyspace.Note{{Kind: keyspace.NoteCounter, Name: "k", Element: &element}, {Kind: keyspace.NoteCounter, Name: "k"}},
		counts: keyspace.Tally{keyspace.NoteUnknown: 1},
	}
	got := found{notes: []keyspace.Note{{Kind: keyspace.NoteCounter, Name: "k"}, {Kind: keyspace.NoteCounter, Name: "k"}}}
	if diffs := compareNotes(want, want); len(diffs) > 0 {
		t.Errorf("compareNotes of equal notes = %q", diffs)
	}
	if diffs := compareNotes(want, got); len(diffs) != 3 {
		t.Errorf("compareNotes = %q, want a note missing, one too many, and a count", diffs)
	}
	if diffs := compareNotes(want, got, keyspace.NoteUnknown); len(diffs) != 2 {
		t.Errorf("compareNotes without a kind = %q, want 2", diffs)
	}
}
