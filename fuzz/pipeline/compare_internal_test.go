package pipeline

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/vectors"
	"redrill/keyspace"
)

// TestCompareKeys: a line names the key and says what [keyspace.Diff] says.
func TestCompareKeys(t *testing.T) {
	nan := func(bits uint64) keyspace.Value { return keyspace.ZSet{{Name: "m", Score: math.Float64frombits(bits)}} }
	want := []keyspace.Key{{Name: "a", Value: keyspace.String("1")}, {Name: "n", Value: nan(0x7ff8000000000001)}, {DB: 2, Name: "a", Value: keyspace.String("1")}}
	got := []keyspace.Key{{Name: "a", Value: keyspace.String("2")}, {Name: "n", Value: nan(0xfff8000000000007)}, {DB: 3, Name: "a", Value: keyspace.String("1")}}
	lines := []string{
		`key "a": want "1", got "2"`, `database 2, key "a": missing, a string`, `database 3, key "a": a string too many`,
	}
	if diff := cmp.Diff(lines, compareKeys(want, got)); diff != "" {
		t.Errorf("compareKeys (-want +got):\n%s", diff)
	}
}

func TestCompareKeyMembers(t *testing.T) {
	v := keyspace.String("v")
	key := func(db int, name string, at keyspace.ExpireAt) found {
		return found{keys: []keyspace.Key{{DB: db, Name: name, ExpireAt: at, Value: v}}}
	}
	c := Case{Want: vectors.Want{
		Keys:  []keyspace.Key{{Name: "k", ExpireAt: keyspace.ExpireAtMs(5), Value: v}},
		Notes: []keyspace.Note{{Kind: keyspace.NoteEmpty, Name: "e", Type: keyspace.TypeHash}, {Kind: keyspace.NoteUnreadable, Name: "u"}},
	}}
	equal := func() found { return key(0, "k", keyspace.ExpireAtMs(5)) }
	with := func(db int, name string, v keyspace.Value) found {
		f := equal()
		f.keys = append(f.keys, keyspace.Key{DB: db, Name: name, Value: v})
		slices.SortFunc(f.keys, keyspace.CompareKeys)
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
		{"empty as in the store", with(0, "e", keyspace.Hash{}), ""},
		{"empty in another database", with(2, "e", keyspace.Hash{}), `database 2, key "e": an empty hash, which must be absent`},
		{"an unreadable key, empty", with(0, "u", keyspace.Hash{}), `key "u": an empty hash, which must be absent`},
		{"an unreadable key, guessed", with(0, "u", keyspace.Hash{{Name: "f"}}), `key "u": a hash too many`},
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
