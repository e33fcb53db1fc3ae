package keyspace_test

import (
	"math"
	"testing"

	"redrill/keyspace"
)

func TestCounterDetail(t *testing.T) {
	for _, n := range [][2]int64{{0, 1}, {5, 3}, {math.MaxInt64, 0}} {
		detail := keyspace.CounterDetail(n[0], n[1])
		stored, rows, ok := keyspace.ParseCounterDetail(detail)
		if !ok || stored != n[0] || rows != n[1] {
			t.Errorf("ParseCounterDetail(%q) = %d, %d, %v, want %d, %d", detail, stored, rows, ok, n[0], n[1])
		}
	}
	if got, want := keyspace.CounterDetail(5, 3), "stored length 5, visible rows 3"; got != want {
		t.Errorf("CounterDetail(5, 3) = %q, want %q: dumps hold it", got, want)
	}
	for _, detail := range []string{"", "stored length 5", "length 5, visible rows 3", "stored length x, visible rows 3",
		"stored length 5, visible rows ", "stored length -5, visible rows 3", "stored length 5, visible rows -3",
		"stored length 99999999999999999999, visible rows 3", "stored length 5, visible rows 3, and more"} {
		if _, _, ok := keyspace.ParseCounterDetail(detail); ok {
			t.Errorf("ParseCounterDetail(%q) is ok, want not", detail)
		}
	}
}
