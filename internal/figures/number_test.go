package figures

import (
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", -1: "-1", -1000: "-1,000", -100000: "-100,000", 1234567: "1,234,567",
		math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	if one, more := Count(1, "key"), Count(1000, "key"); one != "1 key" || more != "1,000 keys" {
		t.Errorf("Count = %q and %q", one, more)
	}
	if entries, keys := Count(2, "entry"), Count(2, "y"); entries != "2 entries" || keys != "2 ys" {
		t.Errorf("Count = %q and %q", entries, keys)
	}
}
