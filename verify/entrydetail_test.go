package verify

import (
	"testing"

	"redrill/keyspace"
)

// TestEntryDetail says what kind of change a differing entry shows.
func TestEntryDetail(t *testing.T) {
	a, b := keyspace.Pair{Field: "a", Value: "1"}, keyspace.Pair{Field: "b", Value: "2"}
	for _, tt := range []struct {
		name       string
		want, live []keyspace.Pair
		fields     int64 // names and values together
		detail     string
	}{
		{"one is missing", []keyspace.Pair{a, b}, []keyspace.Pair{a}, 2, "1 fields instead of 2"},
		{"three too many", []keyspace.Pair{a}, []keyspace.Pair{a, b, b, b}, 8, "4 fields instead of 1"},
		{"another order", []keyspace.Pair{a, b}, []keyspace.Pair{b, a}, 4, "the same fields in another order"},
		{"another value", []keyspace.Pair{a, b}, []keyspace.Pair{a, {Field: "b", Value: "3"}}, 4, ""},
		{"another order of equal names", []keyspace.Pair{a, {Field: "a", Value: "2"}}, []keyspace.Pair{{Field: "a", Value: "2"}, a}, 4, "the same fields in another order"},
		{"twice instead of once each", []keyspace.Pair{a, b}, []keyspace.Pair{a, a}, 4, ""},
	} {
		if got := entryDetail(tt.want, tt.live, tt.fields); got != tt.detail {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.detail)
		}
	}
}
