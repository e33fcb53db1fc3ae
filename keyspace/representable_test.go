package keyspace

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

func TestRepresentable(t *testing.T) {
	pairs := []Pair{{Field: "", Value: ""}}
	zero, one, bare := Entry{Pairs: pairs}, Entry{ID: ID{Ms: 1}, Pairs: pairs}, Entry{ID: ID{Ms: 2}}
	negativeNaN := math.Copysign(math.NaN(), -1)
	tests := []struct {
		name     string
		in, want Value
		dropped  int
	}{
		{"both zeros and both infinities", ZSet{{Score: 0}, {Name: "a", Score: math.Copysign(0, -1)}, {Name: "b", Score: math.Inf(1)}, {Name: "c", Score: math.Inf(-1)}}, nil, 0},
		{"NaN of either sign", ZSet{{Score: math.NaN()}, {Name: "a", Score: 1}, {Name: "b", Score: negativeNaN}}, ZSet{{Name: "a", Score: 1}}, 2},
		{"nothing is left", ZSet{{Score: math.NaN()}}, ZSet{}, 1},
		{"entries", Stream{Entries: []Entry{one}, LastID: ID{Ms: 9}}, nil, 0},
		{"entry 0-0", Stream{Entries: []Entry{zero, one}, LastID: ID{Ms: 9}}, Stream{Entries: []Entry{one}, LastID: ID{Ms: 9}}, 1},
		{"entry without fields", Stream{Entries: []Entry{one, bare}, MaxDeletedID: ID{Ms: 1}}, Stream{Entries: []Entry{one}, MaxDeletedID: ID{Ms: 1}}, 1},
		{"empty stream", Stream{}, nil, 0},
	}
	for _, tt := range values {
		if typ := tt.value.Type(); typ != TypeZSet && typ != TypeStream {
			tests = append(tests, struct {
				name     string
				in, want Value
				dropped  int
			}{typ.String(), tt.value, nil, 0})
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, want := fmt.Sprint(tt.in), tt.want
			if want == nil {
				want = tt.in
			}
			got, dropped := Representable(Key{Name: "k", Value: tt.in})
			if dropped != tt.dropped || !reflect.DeepEqual(got.Value, want) || got.Name != "k" {
				t.Errorf("Representable = %v, %d, want %v, %d", got, dropped, want, tt.dropped)
			}
			if after := fmt.Sprint(tt.in); after != before {
				t.Errorf("the key was changed to %s from %s", after, before)
			}
		})
	}
}

func TestSameScore(t *testing.T) {
	x := 0.1
	for _, tt := range []struct {
		a, b float64
		want bool
	}{
		{x, x, true}, {0, math.Copysign(0, -1), false}, {x, math.Nextafter(x, 1), false}, {math.Inf(1), math.Inf(-1), false},
		{math.NaN(), math.NaN(), true}, {math.NaN(), math.Float64frombits(0x7ff8000000000002), false}, {1 << 53, 1<<53 - 1, false},
	} {
		if got := SameScore(tt.a, tt.b); got != tt.want {
			t.Errorf("SameScore(%v, %v) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
