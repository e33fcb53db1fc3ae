package verify

import (
	"fmt"
	"testing"

	"redrill/internal/redistest"
	"redrill/keyspace"
)

func id(ms, seq uint64) keyspace.ID { return redistest.ID(ms, seq) }

func pairs(words ...string) []keyspace.Pair { return redistest.Pairs(words...) }

const farMs = redistest.FarMs

func sampleKeys() []keyspace.Key { return redistest.SampleKeys() }

func TestEqual(t *testing.T) {
	keys := sampleKeys()
	s := startRedis(t)
	s.write(t, keys...)
	for _, size := range []int{1 << 20, 7, 1} {
		parts := keys
		if size < 1<<20 {
			parts = nil
			for _, k := range keys {
				n := size
				if _, ok := k.Value.(keyspace.String); ok && k.Value.Len() > 1000 {
					n = 999
				}
				parts = append(parts, keyspace.Split(k, n)...)
			}
		}
		for _, protocol := range bothProtocols {
			t.Run(fmt.Sprintf("parts of %d, RESP%d", size, protocol), func(t *testing.T) {
				s.over(protocol).wantEqual(t, parts, int64(len(keys)))
			})
		}
	}
}

// wantEqual verifies n keys in parts and demands that nothing differs.
func (s *testServer) wantEqual(t *testing.T, parts []keyspace.Key, n int64) {
	t.Helper()
	res, diffs := s.verified(t, sliceSource{keys: parts}, Options{Connections: 3})
	for _, d := range diffs {
		t.Errorf("difference: %+v", d)
	}
	if len(res.Invalid) > 0 || len(res.Unchecked) > 0 {
		t.Errorf("invalid %q, unchecked %q", res.Invalid, res.Unchecked)
	}
	if res.Verdicts.Equal != n || res.Keys != n {
		t.Errorf("verdicts %+v of %d keys, want %d equal", res.Verdicts, res.Keys, n)
	}
	if got := res.Outcome(Allow{}); got != Verified {
		t.Errorf("Outcome() = %v, want verified", got)
	}
	if res.Canaries.Planted == 0 || res.Canaries.Planted != res.Canaries.Caught {
		t.Errorf("canaries: %+v", res.Canaries)
	}
	for _, c := range res.Canaries.Kinds {
		t.Logf("canary %s %s: %d of %d", c.Type, c.Kind, c.Caught, c.Planted)
	}
	if !res.Extra.Checked {
		t.Error("extra keys were not looked for")
	}
}

// TestShadow plants in keys that are too large to be kept.
func TestShadow(t *testing.T) {
	s := startRedis(t)
	filler := string(make([]byte, 100_000))
	hash, list, set, stream := keyspace.Hash{}, keyspace.List{}, keyspace.Set{}, keyspace.Stream{}
	for i := range 100 {
		name := fmt.Sprintf("%03d", i)
		hash = append(hash, keyspace.Field{Name: name, Value: filler})
		list = append(list, name+filler)
		set = append(set, name+filler)
		stream.Entries = append(stream.Entries, keyspace.Entry{ID: id(uint64(i+1), 0), Pairs: pairs(name, filler)})
	}
	keys := []keyspace.Key{{Name: "h", Value: hash}, {Name: "l", Value: list}, {Name: "t", Value: set}, {Name: "x", Value: stream},
		{Name: "s", Value: keyspace.String(make([]byte, 10_000_000))}}
	s.write(t, keys...)
	parts := append(splitAll(keys[:4], 10), keyspace.Split(keys[4], 1<<20)...)
	for _, changed := range []bool{false, true} {
		if changed {
			s.do(t, "HSET", "h", "050", "x")
		}
		res, diffs := s.verified(t, sliceSource{keys: parts}, Options{Connections: 2})
		want := map[string]bool{"hash field_value": !changed, "list value": true, "set member_missing": true,
			"stream entry_fields": true, "string value": true}
		for _, c := range res.Canaries.Kinds {
			if c.Planted != c.Caught || c.Planted == 1 != want[c.Type+" "+string(c.Kind)] && c.Type != "database" {
				t.Errorf("changed %v: canary %+v", changed, c)
			}
			delete(want, c.Type+" "+string(c.Kind))
		}
		delete(want, "hash field_value")
		if len(want) > 0 || len(res.Invalid) > 0 || (len(diffs) == 1) != changed || len(diffs) > 1 {
			t.Errorf("changed %v: no canary for %v, invalid %q, differences %+v", changed, want, res.Invalid, diffs)
		}
	}
}
