package keyspace

import (
	"math"
	"strconv"
	"testing"
)

func TestAppendScore(t *testing.T) {
	for _, tt := range []struct {
		x    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "-0"}, {1, "1"}, {-1.5, "-1.5"}, {0.1, "0.1"},
		{0.30000000000000004, "0.30000000000000004"}, {1<<53 - 1, "9007199254740991"}, {1<<53 + 2, "9007199254740994"},
		{1e-6, "0.000001"}, {math.Nextafter(1e-6, 0), "9.999999999999997e-7"}, {-1e-7, "-1e-7"}, {1.5e-10, "1.5e-10"},
		{math.Nextafter(1e21, 0), "999999999999999900000"}, {1e21, "1e+21"}, {1e100, "1e+100"}, {-1e22, "-1e+22"},
		{math.SmallestNonzeroFloat64, "5e-324"}, {math.MaxFloat64, "1.7976931348623157e+308"},
	} {
		got := string(AppendScore([]byte("x"), tt.x))
		if got != "x"+tt.want {
			t.Errorf("AppendScore(%q, %v) = %q, want %q", "x", tt.x, got, "x"+tt.want)
		}
		if back, err := strconv.ParseFloat(got[1:], 64); err != nil || !SameScore(back, tt.x) {
			t.Errorf("%q reads back as %v, %v", got[1:], back, err)
		}
	}
}
