package verify

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// largeZSet has members in runs of equal scores, shorter and longer than a
// window, among them both zeros.
func largeZSet(n int) keyspace.ZSet {
	v := make(keyspace.ZSet, n)
	for i := range v {
		score := float64(i / 7)
		switch {
		case i < 2500:
			score = -1
		case i%100 == 0:
			score = negativeZero
		case i%100 == 1:
			score = 0
		case i == n-1:
			score = math.Inf(1)
		}
		v[i] = keyspace.Member{Name: fmt.Sprintf("m%06d", i), Score: score}
	}
	return v
}

// TestZSetWindows reads sorted sets of a store window by window, by rank or by
// score, and finds in them what it finds in small ones.
func TestZSetWindows(t *testing.T) {
	for _, row := range []struct {
		name     string
		n, large int
	}{
		{"by rank, in one window", 50, 0}, {"by rank, refused", 50, 10}, {"as many as a window", compare.ZSetWindow, 10},
		{"one more", compare.ZSetWindow + 1, 0}, {"by score", 5000, 1000},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, fake := startElastickv(t)
			fake.SetLargest(row.large)
			key := keyspace.Key{Name: "big", Value: largeZSet(row.n)}
			s.write(t, key)
			src := sliceSource{keys: []keyspace.Key{key}}
			last := fmt.Sprintf("m%06d", row.n-1)
			for _, edit := range []struct {
				name     string
				do, undo []any
				want     []string
			}{
				{"equal", nil, nil, nil},
				{"extra first", []any{"ZADD", "big", "-inf", "a"}, []any{"ZREM", "big", "a"}, []string{`member_extra|big|key "big"/member "a"`}},
				{"extra last", []any{"ZADD", "big", "+inf", "z"}, []any{"ZREM", "big", "z"}, []string{`member_extra|big|key "big"/member "z"`}},
				{"missing", []any{"ZREM", "big", "m000007"}, []any{"ZADD", "big", "-1", "m000007"}, []string{`member_missing|big|key "big"/member "m000007"`}},
				{"score", []any{"ZADD", "big", "7", last}, nil, []string{fmt.Sprintf(`score|big|key "big"/member %q/score`, last)}},
			} {
				t.Run(edit.name, func(t *testing.T) {
					if edit.do != nil {
						s.do(t, edit.do...)
					}
					for _, size := range []int{1_000_000, 300} {
						res, diffs := s.verifiedLive(t, sliceSource{keys: splitAll(src.keys, size)})
						if diff := cmp.Diff(edit.want, diffs); diff != "" || len(res.Invalid) > 0 || res.Verdicts.Unanswered > 0 {
							t.Errorf("in parts of %d: invalid %q, unanswered %+v, differences (-want +got):\n%s", size, res.Invalid, res.Unanswered, diff)
						}
					}
					if edit.undo != nil {
						s.do(t, edit.undo...)
					}
				})
			}
			if row.large > 0 && fake.Calls("ZRANGEBYSCORE") == 0 {
				t.Error("it was not read by score")
			}
		})
	}
}

// TestZSetWindowsWithNaN: a NaN is in no range of scores, and is asked for.
func TestZSetWindowsWithNaN(t *testing.T) {
	s, fake := startElastickv(t)
	fake.SetLargest(2)
	key := keyspace.Key{Name: "nan", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "b", Score: math.NaN()}, {Name: "c", Score: 2}}}
	s.do(t, "ZADD", "nan", 1, "a", 2, "c", "nan", "b")
	// The store for tests shows NaN scores in ranges; the real one does not.
	s = s.answering(t, about("*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nc\r\n$1\r\n2\r\n", "ZRANGEBYSCORE", "nan"))
	res, diffs := s.verifiedLive(t, sliceSource{keys: []keyspace.Key{key}})
	if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != 1 {
		t.Errorf("differences %q, invalid %q, verdicts %+v", diffs, res.Invalid, res.Verdicts)
	}
	s.do(t, "ZADD", "nan", 3, "b")
	if _, diffs := s.verifiedLive(t, sliceSource{keys: []keyspace.Key{key}}); !slices.Equal(diffs, []string{`score|nan|key "nan"/member "b"/score`}) {
		t.Errorf("differences %q, want the score of b", diffs)
	}
}

// TestZSetWindowsEnd: of members beyond number those that can be shown are
// named, and the others counted.
func TestZSetWindowsEnd(t *testing.T) {
	s, _ := startElastickv(t)
	key := keyspace.Key{Name: "big", Value: largeZSet(3000)}
	s.write(t, key)
	key.Value = keyspace.ZSet{{Name: "m000000", Score: -1}}
	res, _ := s.verifiedLive(t, sliceSource{keys: []keyspace.Key{key}})
	if got := res.Kinds[KindMemberExtra] + res.Kinds[KindMore]; got != 2999 || res.Differences != 2999 {
		t.Errorf("kinds %v, %d differences, want 2999 members too many", res.Kinds, res.Differences)
	}
}
