package verify

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// arrayServer is a redis-server with one array, the key "a", as Redis 8.8 shows it: there
// is a hash of this name behind it.
type arrayServer struct {
	*testServer
	mu     sync.Mutex
	cells  map[uint64]string
	next   uint64
	paired bool // ARSCAN answers pairs
}

func startArrayServer(t *testing.T, v keyspace.Array, paired bool) *arrayServer {
	t.Helper()
	behind := startRedis(t)
	behind.do(t, "HSET", "a", "f", "v")
	s := &arrayServer{cells: map[uint64]string{}, paired: paired}
	for _, c := range v.Cells {
		s.cells[c.Index] = c.Value
	}
	s.next, _ = v.Next.Get()
	s.testServer = behind.answering(t, s.answer)
	return s
}

func (s *arrayServer) answer(words []string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(words) < 2 || words[1] != "a" {
		return ""
	}
	number := func(n uint64) string {
		if n > math.MaxInt64 {
			text := strconv.FormatUint(n, 10)
			return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text)
		}
		return fmt.Sprintf(":%d\r\n", n)
	}
	switch words[0] {
	case "TYPE":
		return "+array\r\n"
	case "ARCOUNT":
		return number(uint64(len(s.cells)))
	case "ARNEXT":
		if s.next == math.MaxUint64 {
			return "$-1\r\n"
		}
		return number(s.next)
	case "ARSCAN":
		start, err1 := strconv.ParseUint(words[2], 10, 64)
		end, err2 := strconv.ParseUint(words[3], 10, 64)
		limit, err3 := strconv.Atoi(words[5])
		if err1 != nil || err2 != nil || err3 != nil || start == math.MaxUint64 || end == math.MaxUint64 || limit < 1 || start > end {
			return "-ERR invalid array index " + strings.Join(words, " ") + "\r\n"
		}
		var b strings.Builder
		n := 0
		for _, i := range slices.Sorted(maps.Keys(s.cells)) {
			if i < start || i > end || n == limit {
				continue
			}
			if n++; s.paired {
				b.WriteString("*2\r\n")
			}
			fmt.Fprintf(&b, "%s$%d\r\n%s\r\n", number(i), len(s.cells[i]), s.cells[i])
		}
		if !s.paired {
			n *= 2
		}
		return fmt.Sprintf("*%d\r\n%s", n, b.String())
	}
	return ""
}

// TestArrays makes every change of an array, and demands exactly one difference.
func TestArrays(t *testing.T) {
	able := redis7
	able.Arrays = true
	v := keyspace.Array{Next: keyspace.Some[uint64](8), Cells: []keyspace.Cell{
		{Index: 0, Value: "first"}, {Index: 1, Value: ""}, {Index: 7, Value: "3.0"}, {Index: 1 << 40, Value: "x"}, {Index: math.MaxUint64 - 1, Value: "last"}}}
	key := keyspace.Key{Name: "a", Value: v, ExpireAt: keyspace.ExpireAt{}}
	const path = `|a|key "a"`
	for _, row := range []struct {
		name   string
		change func(*arrayServer)
		want   string
	}{
		{"equal", func(*arrayServer) {}, ""},
		{"a byte", func(s *arrayServer) { s.cells[7] = "3.1" }, "value" + path + "/element #7/value@2"},
		{"emptied", func(s *arrayServer) { s.cells[0] = "" }, "value" + path + "/element #0/value@0"},
		{"far longer", func(s *arrayServer) { s.cells[1] = strings.Repeat("x", 5000) }, "value" + path + "/element #1/value@0"},
		{"the first missing", func(s *arrayServer) { delete(s.cells, 0) }, "element_missing" + path + "/element #0"},
		{"the last missing", func(s *arrayServer) { delete(s.cells, math.MaxUint64-1) }, "element_missing" + path + "/element #18446744073709551614"},
		{"one extra", func(s *arrayServer) { s.cells[2] = "x" }, "element_extra" + path + "/element #2"},
		{"one extra far away", func(s *arrayServer) { s.cells[1<<50] = "x" }, "element_extra" + path + "/element #1125899906842624"},
		{"next", func(s *arrayServer) { s.next = 9 }, "next" + path + "/next"},
		{"never used", func(s *arrayServer) { s.next = 0 }, "next" + path + "/next"},
		{"no index left", func(s *arrayServer) { s.next = math.MaxUint64 }, "next" + path + "/next"},
	} {
		for _, size := range []int{100, 2, 1} {
			for _, paired := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, in parts of %d, pairs %v", row.name, size, paired), func(t *testing.T) {
					s := startArrayServer(t, v, paired)
					row.change(s)
					res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(key, size)}, Options{Server: able})
					var got []string
					for _, d := range diffs {
						got = append(got, describe(d))
					}
					if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" || len(res.Invalid) > 0 {
						t.Errorf("differences (-want +got):\n%sinvalid %q, unanswered %+v", diff, res.Invalid, res.Unanswered)
					}
					if row.want == "" && (res.Verdicts.Equal != 1 || len(res.Unchecked) > 0 || res.Outcome(Allow{}) != Verified) {
						t.Errorf("verdicts %+v, unchecked %q", res.Verdicts, res.Unchecked)
					}
				})
			}
		}
	}
	t.Run("canaries", func(t *testing.T) {
		s := startArrayServer(t, v, false)
		planted := map[Kind]bool{}
		for seed := range uint64(20) {
			for _, size := range []int{100, 3, 1} {
				res, _ := s.verified(t, sliceSource{keys: keyspace.Split(key, size)}, Options{Server: able, Seed: seed})
				if len(res.Invalid) > 0 {
					t.Fatalf("parts of %d, seed %d: invalid %q", size, seed, res.Invalid)
				}
				for _, c := range res.Canaries.Kinds {
					planted[c.Kind] = planted[c.Kind] || c.Caught > 0
				}
			}
		}
		for _, kind := range []Kind{KindMissing, KindType, KindValue, KindElementMissing, KindElementExtra, KindNext, KindExpiryMissing} {
			if !planted[kind] {
				t.Errorf("no canary of kind %s", kind)
			}
		}
	})
	t.Run("next of none and of the end", func(t *testing.T) {
		for next, live := range map[keyspace.Optional[uint64]]uint64{{}: 0, keyspace.Some[uint64](math.MaxUint64): math.MaxUint64, keyspace.Some[uint64](1 << 63): 1 << 63} {
			s := startArrayServer(t, v, false)
			s.next = live
			changed := v
			changed.Next = next
			res, diffs := s.verified(t, sliceSource{keys: []keyspace.Key{{Name: "a", Value: changed}}}, Options{Server: able})
			if len(diffs) > 0 || len(res.Invalid) > 0 {
				t.Errorf("next %s: differences %+v, invalid %q", next, diffs, res.Invalid)
			}
		}
	})
	t.Run("unsupported", func(t *testing.T) {
		s := startArrayServer(t, v, false)
		res, diffs := s.verified(t, sliceSource{keys: keyspace.Split(key, 2)}, Options{Server: redis7})
		if res.Verdicts.Unsupported != 1 || len(diffs) > 0 || !slices.Contains(res.Unchecked, "arrays: the server has no ARSCAN") || res.Outcome(Allow{}) != Incomplete {
			t.Errorf("verdicts %+v, differences %v, unchecked %q", res.Verdicts, diffs, res.Unchecked)
		}
		gone := startRedis(t)
		if res, _ := gone.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: redis7}); res.Verdicts.Missing != 1 {
			t.Errorf("verdicts %+v, want a missing key", res.Verdicts)
		}
	})
	t.Run("many extra", func(t *testing.T) {
		s := startArrayServer(t, v, false)
		for i := range uint64(3000) {
			s.cells[1000+i] = "x"
		}
		res, _ := s.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: able})
		if res.Kinds[KindElementExtra] != 100 || res.Kinds[KindMore] != 2900 || len(res.Invalid) > 0 {
			t.Errorf("kinds %v, invalid %q", res.Kinds, res.Invalid)
		}
	})
}
