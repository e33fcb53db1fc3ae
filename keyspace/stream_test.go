package keyspace

import (
	"math"
	"testing"
)

// TestIDsAreNumbers orders IDs as numbers: as text 10 would be before 9, as
// signed numbers 2^63 before 0.
func TestIDsAreNumbers(t *testing.T) {
	ascending := []ID{
		{}, {Seq: 1}, {Seq: 9}, {Seq: 10}, {Seq: math.MaxInt64}, {Seq: math.MaxInt64 + 1}, {Seq: math.MaxUint64},
		{Ms: 1}, {Ms: 2}, {Ms: 10}, {Ms: math.MaxInt64}, {Ms: math.MaxInt64 + 1}, {Ms: math.MaxUint64, Seq: math.MaxUint64},
	}
	for i, a := range ascending {
		for j, b := range ascending {
			got := a.Compare(b)
			if got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%v.Compare(%v) = %d", a, b, got)
			}
			if got, want := MaxID(a, b), ascending[max(i, j)]; got != want {
				t.Errorf("MaxID(%v, %v) = %v, want %v", a, b, got, want)
			}
		}
		if a.IsZero() != (i == 0) {
			t.Errorf("%v.IsZero() = %v", a, a.IsZero())
		}
		if got, ok := ParseID(a.String()); got != a || !ok {
			t.Errorf("ParseID(%q) = %v, %v", a, got, ok)
		}
	}
}

func TestParseIDRefuses(t *testing.T) {
	for _, s := range []string{
		"", "-", "1", "1-", "-1", "1-1-1", "+1-1", "01-1", "1-01", " 1-1", "1-1 ", "1_0-1", "0x1-1",
		"18446744073709551616-0", "0-18446744073709551616", "1--1", "*",
	} {
		if id, ok := ParseID(s); ok {
			t.Errorf("ParseID(%q) = %v, want none", s, id)
		}
	}
}
