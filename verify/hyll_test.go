package verify

import (
	"testing"

	"redrill/keyspace"
)

// TestStringsThatAreHyperLogLogs: what a file of a Redis holds of a HyperLogLog is a string,
// of which every byte is compared, the cached cardinality as well, and none is changed.
func TestStringsThatAreHyperLogLogs(t *testing.T) {
	s := startRedis(t)
	s.do(t, "PFADD", "sparse", "a", "b", "c")
	s.do(t, "PFADD", "dense", "a")
	for i := range 3000 {
		s.do(t, "PFADD", "dense", i)
	}
	var keys []keyspace.Key
	for _, name := range []string{"sparse", "dense"} {
		text, _ := s.do(t, "GET", name).(string)
		keys = append(keys, keyspace.Key{Name: name, Value: keyspace.String(text)})
	}
	keys = append(keys, keyspace.Key{Name: "short", Value: keyspace.String("HYLL")})
	s.write(t, keys[2])
	for _, size := range []int{1 << 20, 1000} {
		for range 2 { // the second time shows that reading changed nothing
			res, diffs := s.verified(t, sliceSource{keys: splitAll(keys, size)}, Options{})
			if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != 3 || res.Types["string"].Keys != 3 {
				t.Fatalf("parts of %d: differences %+v, invalid %q, verdicts %+v", size, diffs, res.Invalid, res.Verdicts)
			}
		}
		for name, at := range map[string]int{"sparse": 8, "dense": 12_000, "short": 3} {
			was := s.do(t, "GETRANGE", name, at, at)
			s.do(t, "SETRANGE", name, at, "\x7e")
			_, diffs := s.verified(t, sliceSource{keys: splitAll(keys, size)}, Options{})
			if len(diffs) != 1 || diffs[0].Kind != KindValue || diffs[0].Offset == nil || *diffs[0].Offset != int64(at) {
				t.Errorf("parts of %d, %s: differences %+v, want the byte %d", size, name, diffs, at)
			}
			s.do(t, "SETRANGE", name, at, was)
		}
	}
}
