package keyspace

import (
	"fmt"
	"strings"
	"testing"
)

// feed returns the first error of a sequence, that of its end included.
func feed(keys []Key) error {
	var p Parts
	for _, k := range keys {
		if err := p.Next(k); err != nil {
			return err
		}
	}
	return p.End()
}

// entries returns a part of a stream with one pair in each entry.
func entries(last ID, ids ...ID) Stream {
	v := Stream{LastID: last}
	for _, id := range ids {
		v.Entries = append(v.Entries, Entry{ID: id, Pairs: []Pair{{Field: "f", Value: "v"}}})
	}
	return v
}

func TestPartsAccepts(t *testing.T) {
	str, last := String("v"), ID{Ms: 10}
	tests := []struct {
		name string
		keys []Key
	}{
		{"nothing", nil},
		{"whole keys", []Key{{Name: "a", Value: str}, {Name: "b", Value: List{"x"}}}},
		{"a key twice, which it does not remember", []Key{{Name: "a", Value: str}, {Name: "b", Value: str}, {Name: "a", Value: str}}},
		{"largest database", []Key{{DB: MaxDB, Value: str}}},
		{"parts", []Key{
			{DB: 1, Name: "k", ExpireAt: ExpireAtMs(0), Value: str, More: true},
			{DB: 1, Name: "k", ExpireAt: ExpireAtMs(0), Value: str, Part: 1, More: true},
			{DB: 1, Name: "k", ExpireAt: ExpireAtMs(0), Value: str, Part: 2},
			{Name: "k", Value: Set{"m"}},
		}},
		{"entries ascend across parts", []Key{
			{Value: entries(last, ID{Ms: 1}, ID{Ms: 1, Seq: 1}), More: true},
			{Value: entries(last), Part: 1, More: true},
			{Value: entries(last, ID{Ms: 9}, ID{Ms: 10}), Part: 2},
		}},
		{"the next stream starts again", []Key{
			{Name: "a", Value: entries(last, ID{Ms: 10})}, {Name: "b", Value: entries(ID{Ms: 2}, ID{Ms: 1})},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := feed(tt.keys); err != nil {
				t.Errorf("error %v, want none", err)
			}
		})
	}
}

func TestPartsRefuses(t *testing.T) {
	tooLarge := MaxDB
	tooLarge++ // below 0 where an int has 32 bits
	str := String("v")
	more := Key{Name: "k", Value: str, More: true}
	next := func(edit func(*Key)) []Key {
		k := Key{Name: "k", Value: str, Part: 1}
		edit(&k)
		return []Key{more, k}
	}
	ids := func(ids ...ID) Stream { return entries(ID{}, ids...) }
	tests := []struct {
		name string
		keys []Key
		want string
	}{
		{"no value", []Key{{Name: "k"}}, "key without a value"},
		{"database below 0", []Key{{DB: -1, Value: str}}, "database -1 is out of range"},
		{"database too large", []Key{{DB: tooLarge, Value: str}}, fmt.Sprintf("database %d is out of range", tooLarge)},
		{"second part alone", []Key{{Value: str, Part: 1}}, "part 1 without the parts before it"},
		{"second part of a whole key", []Key{{Value: str}, {Value: str, Part: 1}}, "part 1 without the parts before it"},
		{"the same part again", next(func(k *Key) { k.Part = 0 }), "part 0 after part 0"},
		{"a part is missing", next(func(k *Key) { k.Part = 2 }), "part 2 after part 0"},
		{"another name", next(func(k *Key) { k.Name = "l" }), "another key before the last part"},
		{"another database", next(func(k *Key) { k.DB = 1 }), "another key before the last part"},
		{"another key, its first part", next(func(k *Key) { k.Name, k.Part = "l", 0 }), "another key before the last part"},
		{"another type", next(func(k *Key) { k.Value = List{"x"} }), "a part is a list, the one before it a string"},
		{"an expire time appears", next(func(k *Key) { k.ExpireAt = ExpireAtMs(0) }), "expire time 0ms after none"},
		{"the last part is missing", []Key{more}, "the last key ends after part 0, which has more"},
		{"the last of three parts is missing", next(func(k *Key) { k.More = true }), "the last key ends after part 1, which has more"},
		{"entries descend", []Key{{Value: ids(ID{Ms: 10}, ID{Ms: 9})}}, "stream entry 9-0 after 10-0"},
		{"an entry twice", []Key{{Value: ids(ID{Ms: 1, Seq: 1}, ID{Ms: 1, Seq: 1})}}, "stream entry 1-1 after 1-1"},
		{"entries descend across parts", []Key{{Value: ids(ID{Ms: 10}), More: true}, {Value: ids(ID{Ms: 9}), Part: 1}}, "stream entry 9-0 after 10-0"},
		{"the first entry 0-0 again", []Key{{Value: ids(ID{}), More: true}, {Value: ids(ID{}), Part: 1}}, "stream entry 0-0 after 0-0"},
		{"the last ID changes", []Key{{Value: entries(ID{Ms: 1}), More: true}, {Value: entries(ID{Ms: 2}), Part: 1}}, "last ID or max deleted ID differs"},
		{"the max deleted ID changes", []Key{{Value: Stream{}, More: true}, {Value: Stream{MaxDeletedID: ID{Ms: 1}}, Part: 1}}, "last ID or max deleted ID differs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := feed(tt.keys); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
