package compare

import (
	"math"
	"testing"
)

// TestSpan: a distance from the server's time stands for every time that it may mean.
func TestSpan(t *testing.T) {
	now := span{1000, 1004}
	for _, row := range []struct {
		idle   int64
		now    span
		inside []int64
		beside []int64
	}{
		{10, now, []int64{990, 994}, []int64{989, 995}},
		{0, now, []int64{1000, 1004, 5000, math.MaxInt64}, []int64{999}}, // ahead, or just now
		{-1, now, []int64{-1}, []int64{0, 1001}},                         // there is no such time
		{10, span{math.MinInt64, math.MaxInt64}, []int64{0, math.MaxInt64}, nil},
		{math.MaxInt64, now, []int64{1000 - math.MaxInt64}, []int64{0}},
	} {
		got := row.now.ago(row.idle)
		for _, ms := range row.inside {
			if !got.holds(ms) {
				t.Errorf("%d ms ago is %s, which does not hold %d", row.idle, got.text(), ms)
			}
		}
		for _, ms := range row.beside {
			if got.holds(ms) {
				t.Errorf("%d ms ago is %s, which holds %d", row.idle, got.text(), ms)
			}
		}
	}
}

func TestModuleType(t *testing.T) {
	for kind, want := range map[string]string{"module:ReJSON-RL.3": "ReJSON-RL", "module:a.b.12": "a.b", "module:vectorset.0": "vectorset", "x": "x"} {
		if got := moduleType(kind); got != want {
			t.Errorf("moduleType(%q) = %q, want %q", kind, got, want)
		}
	}
}
