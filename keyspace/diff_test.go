package keyspace_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"redrill/keyspace"
)

// TestDiffFindsEveryChange changes one thing at a time.
func TestDiffFindsEveryChange(t *testing.T) {
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
		kind      keyspace.ChangeKind // of the first change
		says      string
	}{
		{"string", keyspace.String("a"), keyspace.String("b"), keyspace.ChangeValue, `want "a", got "b"`},
		{"end of a long string", keyspace.String(long + "a"), keyspace.String(long + "b"), keyspace.ChangeValue, "at byte 1000"},
		{"length of a long string", keyspace.String(long), keyspace.String(long + long), keyspace.ChangeValue, "at byte 1000"},
		{"bytes that are not UTF-8", keyspace.String("\xff"), keyspace.String("\uFFFD"), keyspace.ChangeValue, `want "\xff"`},
		{"type", keyspace.String("a"), keyspace.HyperLogLog{"a"}, keyspace.ChangeType, "type: want string, got hyperloglog"},
		{"field value", keyspace.Hash{{Name: "f", Value: "1"}}, keyspace.Hash{{Name: "f", Value: "2"}}, keyspace.ChangeValue, `field "f": want "1", got "2"`},
		{"end of a long field value", keyspace.Hash{{Name: "f", Value: long + "1"}}, keyspace.Hash{{Name: "f", Value: long + "2"}}, keyspace.ChangeValue, `x1", got …`},
		{"empty field value", keyspace.Hash{{Name: "f", Value: "1"}}, keyspace.Hash{{Name: "f"}}, keyspace.ChangeValue, `want "1", got ""`},
		{"field missing", keyspace.Hash{{Name: "f"}, {Name: "g"}}, keyspace.Hash{{Name: "f"}}, keyspace.ChangeMissing, `field "g": missing`},
		{"field too many", keyspace.Hash{{Name: "f"}}, keyspace.Hash{{Name: ""}, {Name: "f"}}, keyspace.ChangeExtra, `field "": too many`},
		{"order of a list", keyspace.List{"a", "b"}, keyspace.List{"b", "a"}, keyspace.ChangeValue, `element 0: want "a", got "b"`},
		{"length of a list", keyspace.List{"a", "a"}, keyspace.List{"a"}, keyspace.ChangeLength, "want 2 elements, got 1"},
		{"member", keyspace.Set{"a"}, keyspace.Set{"b"}, keyspace.ChangeMissing, `member "a": missing`},
		{"HyperLogLog", keyspace.HyperLogLog{"a"}, keyspace.HyperLogLog{}, keyspace.ChangeMissing, `element "a": missing`},
		{"score by one ulp", keyspace.ZSet{{Name: "m", Score: 1}}, keyspace.ZSet{{Name: "m", Score: math.Nextafter(1, 2)}}, keyspace.ChangeValue, "1.0000000000000002"},
		{"negative zero", keyspace.ZSet{{Name: "m", Score: math.Copysign(0, -1)}}, keyspace.ZSet{{Name: "m"}}, keyspace.ChangeValue, "want -0, got 0"},
		{"NaN", keyspace.ZSet{{Name: "m", Score: math.NaN()}}, keyspace.ZSet{{Name: "m"}}, keyspace.ChangeValue, "want nan, got 0"},
		{"bits of a NaN", keyspace.ZSet{{Name: "m", Score: math.NaN()}}, keyspace.ZSet{{Name: "m", Score: math.Float64frombits(0xfff8000000000007)}}, keyspace.ChangeValue, "want nan, got nan of the bits fff8000000000007"},
		{"order of members", keyspace.Set{"a", "b"}, keyspace.Set{"b", "a"}, keyspace.ChangeOrder, "the order differs"},
		{"member twice", keyspace.Set{"a"}, keyspace.Set{"a", "a"}, keyspace.ChangeOrder, "occurs twice"},
		{"duplicate fields", stream(1, 0, entry(1, ab, ac)), stream(1, 0, entry(1, ac)), keyspace.ChangeValue, `entry "1-0"`},
		{"order of fields", stream(1, 0, entry(1, ab, ac)), stream(1, 0, entry(1, ac, ab)), keyspace.ChangeValue, `entry "1-0"`},
		{"fields and values that look alike", stream(1, 0, entry(1, keyspace.Pair{Field: `a"="`})), stream(1, 0, entry(1, keyspace.Pair{Field: "a", Value: `"="`})), keyspace.ChangeValue, `entry "1-0"`},
		{"entry missing", stream(2, 0, entry(1, ab), entry(2, ab)), stream(2, 0, entry(2, ab)), keyspace.ChangeMissing, `entry "1-0": missing`},
		{"last ID", stream(2, 0), stream(1, 0), keyspace.ChangeLastID, "last ID: want 2-0, got 1-0"},
		{"max deleted ID", stream(2, 1), stream(2, 0), keyspace.ChangeMaxDeletedID, "max deleted ID: want 1-0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, got := keyspace.Key{Name: "k", Value: tt.want}, keyspace.Key{Name: "k", Value: tt.got}
			changes := keyspace.Diff(want, got)
			if len(changes) == 0 || changes[0].Kind != tt.kind || !strings.Contains(changes[0].Text, tt.says) {
				t.Errorf("Diff = %+v, want %s with %q", changes, tt.kind, tt.says)
			}
			if changes := keyspace.Diff(want, want); len(changes) > 0 {
				t.Errorf("Diff of a key with itself = %+v", changes)
			}
		})
	}
	at := func(ms int64) keyspace.Key {
		return keyspace.Key{ExpireAt: keyspace.ExpireAtMs(ms), Value: keyspace.Set{"a"}}
	}
	want := []keyspace.Change{{Kind: keyspace.ChangeExpiry, Text: "expires: want 5ms, got 6ms"}, {Kind: keyspace.ChangeMissing, Text: `member "a": missing`}}
	got := at(6)
	got.Value = keyspace.Set{}
	if changes := keyspace.Diff(at(5), got); !slices.Equal(changes, want) {
		t.Errorf("Diff of two things = %+v, want %+v", changes, want)
	}
}

// TestOneNaN: any NaN becomes the same, nothing else changes, and the argument
// stays as it is.
func TestOneNaN(t *testing.T) {
	odd := math.Float64frombits(0xfff8000000000007)
	k := keyspace.Key{DB: 1, Name: "k", Value: keyspace.ZSet{{Name: "a", Score: odd}, {Name: "b", Score: 2}}}
	want := keyspace.Key{DB: 1, Name: "k", Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}, {Name: "b", Score: 2}}}
	if changes := keyspace.Diff(want, keyspace.OneNaN(k)); len(changes) > 0 {
		t.Errorf("OneNaN: %+v", changes)
	}
	if v, ok := k.Value.(keyspace.ZSet); !ok || math.Float64bits(v[0].Score) != math.Float64bits(odd) {
		t.Errorf("OneNaN changed its argument: %v", k.Value)
	}
}
