package keyspace

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestOrigin(t *testing.T) {
	o := Origin{Format: "f", SHA256: "00", Bytes: 3, Facts: []Fact{{"ts", uint64(1<<64 - 1)}, {"by", "a \"b\""}}}
	b, err := json.Marshal(o)
	if want := `{"format":"f","sha256":"00","bytes":3,"ts":18446744073709551615,"by":"a \"b\""}`; err != nil || string(b) != want {
		t.Errorf("JSON = %s, %v; want %s", b, err, want)
	}
	if o.Fact("by") != "a \"b\"" || o.Fact("ts") != uint64(1<<64-1) || o.Fact("none") != nil {
		t.Errorf("facts %v, %v, %v", o.Fact("by"), o.Fact("ts"), o.Fact("none"))
	}
	if same := o; !o.Equal(same) {
		t.Error("an origin is not equal to itself")
	}
	for name, other := range map[string]Origin{
		"format": {Format: "g", SHA256: "00", Bytes: 3, Facts: o.Facts},
		"digest": {Format: "f", SHA256: "01", Bytes: 3, Facts: o.Facts},
		"size":   {Format: "f", SHA256: "00", Bytes: 4, Facts: o.Facts},
		"facts":  {Format: "f", SHA256: "00", Bytes: 3, Facts: o.Facts[:1]},
		"order":  {Format: "f", SHA256: "00", Bytes: 3, Facts: []Fact{o.Facts[1], o.Facts[0]}},
	} {
		if o.Equal(other) {
			t.Errorf("%s: equal to %v", name, other)
		}
	}
}

// TestMeanings: every kind has a meaning, and meanings agree with themselves.
func TestMeanings(t *testing.T) {
	if len(meanings) != len(NoteKinds) {
		t.Errorf("%d meanings of %d kinds", len(meanings), len(NoteKinds))
	}
	for _, kind := range NoteKinds {
		m := kind.Meaning()
		switch {
		case m.Phrase == "" || !kind.Known():
			t.Errorf("%s: nothing is said of it", kind)
		case m.Absent && !m.InPlace, m.InPlace && !m.Delivered:
			t.Errorf("%s: %+v contradicts itself", kind, m)
		case (m.Missing.Noun == "") != (m.Missing.What == ""), m.Missing.Noun == "" && m.Missing.Allow != "":
			t.Errorf("%s: %+v is half a sentence", kind, m.Missing)
		case m.Absent && m.Missing.Noun != "":
			t.Errorf("%s: an absent key is missing", kind)
		}
	}
	if other := NoteKind("other"); other.Known() || other.Meaning() != (Meaning{}) {
		t.Error("a kind that is none has a meaning")
	}
}

func TestMemory(t *testing.T) {
	m := Memory{
		Held:  []Key{{Name: "a", Value: String("xyz")}, {Name: "b", Value: List{"1", "2"}}},
		Notes: []Note{{Kind: NoteEmpty, Name: "c"}}, Tally: Tally{NoteUnknown: 1}, Limit: 2,
	}
	var got []string
	for k, err := range m.Keys(func(n Note) { got = append(got, "note "+n.Name) }) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, k.Name)
	}
	if want := []string{"note c", "a", "a", "b"}; !slices.Equal(got, want) || m.Counted()[NoteUnknown] != 1 {
		t.Errorf("read %q, want %q", got, want)
	}
	for k, err := range m.Keys(func(Note) {}) {
		if k.Name != "a" || err != nil {
			t.Errorf("read %q, %v after the reader had left", k.Name, err)
		}
		break
	}
}
