package keyspace

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// values has a value of five elements of every type, and what it measures.
var values = []struct {
	value Value
	bytes int
}{
	{String("abcde"), 5},
	{Hash{{Name: "a", Value: "1"}, {Name: "b"}, {Name: "c", Value: "333"}, {Name: "d"}, {Name: "e", Value: "\x00"}}, 10},
	{List{"b", "a", "", "b", "ccc"}, 6},
	{Set{"", "a", "b", "c", "dd"}, 5},
	{ZSet{{Score: 5}, {Name: "a", Score: math.Inf(1)}, {Name: "b"}, {Name: "c"}, {Name: "dd"}}, 5},
	{Stream{Entries: []Entry{
		{ID: ID{Ms: 1}, Pairs: []Pair{{Field: "f", Value: "22"}, {Field: "f"}}},
		{ID: ID{Ms: 2}}, {ID: ID{Ms: 3}}, {ID: ID{Ms: 4}}, {ID: ID{Ms: 5}, Pairs: []Pair{{Value: "x"}}},
	}, LastID: ID{Ms: 9}, MaxDeletedID: ID{Seq: 1}}, 5},
	{HyperLogLog{"", "a", "b", "c", "dd"}, 5},
	{Array{Cells: []Cell{{0, "a"}, {1, ""}, {7, "bb"}, {1 << 40, "c"}, {1<<64 - 2, "d"}}, Next: Some(uint64(8))}, 5},
}

// TestValues sees that no type is forgotten by the tests below.
func TestValues(t *testing.T) {
	seen := map[Type]bool{}
	for _, tt := range values {
		seen[tt.value.Type()] = true
		if got := tt.value.Len(); got != 5 {
			t.Errorf("%v: Len() = %d, want 5", tt.value.Type(), got)
		}
		if got := tt.value.Bytes(); got != tt.bytes {
			t.Errorf("%v: Bytes() = %d, want %d", tt.value.Type(), got, tt.bytes)
		}
	}
	if len(seen) != len(Types)-1 { // all but [Opaque], which has no elements
		t.Errorf("%d types are tested, there are %d", len(seen), len(Types))
	}
}

func TestSplitAndJoin(t *testing.T) {
	for _, tt := range values {
		k := Key{DB: 3, Name: "k", ExpireAt: ExpireAtMs(7), Value: tt.value}
		for n, want := range []int{1, 5, 3, 2, 2, 1, 1} { // parts
			t.Run(fmt.Sprintf("%v by %d", tt.value.Type(), n), func(t *testing.T) {
				parts := Split(k, n)
				if len(parts) != want {
					t.Fatalf("%d parts, want %d", len(parts), want)
				}
				if err := feed(parts); err != nil {
					t.Fatal(err)
				}
				var joined Value
				for i, p := range parts {
					if got := p.Value.Len(); n > 0 && got > n {
						t.Errorf("part %d has length %d", i, got)
					}
					if p.DB != k.DB || p.Name != k.Name || p.ExpireAt != k.ExpireAt {
						t.Errorf("part %d is %+v", i, p)
					}
					if i == 0 {
						joined = p.Value
						continue
					}
					var err error
					if joined, err = Join(joined, p.Value); err != nil {
						t.Fatal(err)
					}
				}
				if !reflect.DeepEqual(joined, tt.value) {
					t.Errorf("joined %v, want %v", joined, tt.value)
				}
			})
		}
	}
}

// TestJoinKeepsItsParts joins with the first part and sees that the second,
// which stands behind it in memory, is still there.
func TestJoinKeepsItsParts(t *testing.T) {
	for _, tt := range values {
		parts := Split(Key{Value: tt.value}, 2)
		before := fmt.Sprint(parts)
		if _, err := Join(parts[0].Value, parts[2].Value); err != nil {
			t.Fatal(err)
		}
		if after := fmt.Sprint(parts); after != before {
			t.Errorf("%v: the parts are %s, want %s", tt.value.Type(), after, before)
		}
	}
}

func TestSplitEmpty(t *testing.T) {
	k := Key{Name: "k", Value: Stream{LastID: ID{Ms: 1}}}
	if got := Split(k, 1); len(got) != 1 || !reflect.DeepEqual(got[0], k) {
		t.Errorf("Split(%v, 1) = %v, want the key", k, got)
	}
}

func TestJoinRefusesTypes(t *testing.T) {
	for _, a := range values {
		for _, b := range values {
			want := fmt.Sprintf("a %v continues a %v", b.value.Type(), a.value.Type())
			_, err := Join(a.value, b.value)
			switch same := a.value.Type() == b.value.Type(); {
			case same && err != nil:
				t.Error(err)
			case !same && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
}

func TestSort(t *testing.T) {
	entries := []Entry{{ID: ID{Ms: 2}}, {ID: ID{Ms: 1}}}
	tests := []struct {
		value, want Value
		unique      bool
	}{
		{String("ba"), String("ba"), true},
		{List{"b", "a", "b"}, List{"b", "a", "b"}, true},
		{Stream{Entries: entries}, Stream{Entries: []Entry{{ID: ID{Ms: 2}}, {ID: ID{Ms: 1}}}}, true},
		{Hash{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}}, Hash{{Name: "a", Value: "2"}, {Name: "b", Value: "1"}}, true},
		{Hash{{Name: "b", Value: "1"}, {Name: "a"}, {Name: "b", Value: "0"}}, Hash{{Name: "a"}, {Name: "b", Value: "1"}, {Name: "b", Value: "0"}}, false},
		{Set{"b", "\xff", ""}, Set{"", "b", "\xff"}, true},
		{Set{"b", "b"}, Set{"b", "b"}, false},
		{ZSet{{Name: "b", Score: 1}, {Name: "a", Score: 2}}, ZSet{{Name: "a", Score: 2}, {Name: "b", Score: 1}}, true},
		{ZSet{{Name: "a", Score: 1}, {Name: "a", Score: 2}}, ZSet{{Name: "a", Score: 1}, {Name: "a", Score: 2}}, false},
		{HyperLogLog{"b", "a"}, HyperLogLog{"a", "b"}, true},
		{HyperLogLog{"b", "a", "b"}, HyperLogLog{"a", "b", "b"}, false},
	}
	for _, tt := range tests {
		before := fmt.Sprintf("%q", tt.value)
		if unique := Sort(tt.value); unique != tt.unique || !reflect.DeepEqual(tt.value, tt.want) {
			t.Errorf("Sort(%s) = %v, %q; want %v, %q", before, unique, tt.value, tt.unique, tt.want)
		}
	}
}
