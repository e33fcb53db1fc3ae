package verify

import (
	"fmt"
	"testing"

	"redrill/keyspace"
)

// TestFieldsThatNobodyCanRead: a length that counts fields which have expired
// and are not yet removed is no difference, whichever way the fields are
// listed; fields that do show are one.
func TestFieldsThatNobodyCanRead(t *testing.T) {
	s := startRedis(t)
	var hash keyspace.Hash
	for i := range 10 {
		hash = append(hash, keyspace.Field{Name: fmt.Sprint("f", i), Value: "v"})
	}
	keys := []keyspace.Key{{Name: "h", Value: hash}, {Name: "i", Value: hash}}
	s.write(t, keys...)
	hidden := func(words []string) string { // as a server that has not removed 3 fields of h
		if words[0] == "HLEN" && words[1] == "h" {
			return fmt.Sprintf(":%d\r\n", 3+s.do(t, "HLEN", "h").(int64))
		}
		return ""
	}
	at := s.answering(t, hidden)
	for _, scans := range []bool{true, false} {
		for _, size := range []int{100, 3} {
			t.Run(fmt.Sprintf("scans %v, in parts of %d", scans, size), func(t *testing.T) {
				server := redis7
				server.ElementScan = scans
				src := sliceSource{keys: splitAll(keys, size)}
				res, diffs := at.verified(t, src, Options{Server: server})
				if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != 2 || res.Outcome(Allow{}) != Verified {
					t.Errorf("differences %+v, invalid %q, verdicts %+v; want none", diffs, res.Invalid, res.Verdicts)
				}
				s.do(t, "HSET", "h", "more", 1, "most", 2)
				defer s.do(t, "HDEL", "h", "more", "most")
				res, diffs = at.verified(t, src, Options{Server: server})
				if res.Kinds[KindFieldExtra] != 2 || len(res.Kinds) != 1 || res.Verdicts.Equal != 1 || res.Verdicts.Different != 1 || len(res.Invalid) > 0 {
					t.Errorf("differences %+v, invalid %q, verdicts %+v; want two fields too many", diffs, res.Invalid, res.Verdicts)
				}
				if scans && (len(diffs) != 2 || diffs[0].Count > 1) {
					t.Errorf("differences %+v, want both named", diffs)
				}
			})
		}
	}
	t.Run("more keys than are named", func(t *testing.T) {
		s := startRedis(t)
		var many []keyspace.Key
		for i := range deferredKeys + 1 {
			many = append(many, keyspace.Key{Name: fmt.Sprint("h", i), Value: keyspace.Hash{{Name: "f", Value: "v"}, {Name: "g", Value: "v"}}})
		}
		s.write(t, many...)
		src := sliceSource{keys: splitAll(many, 1)}
		at := s.answering(t, func(words []string) string { // as a server that has not removed a field of each
			if words[0] == "HLEN" {
				return fmt.Sprintf(":%d\r\n", 1+s.do(t, "HLEN", words[1]).(int64))
			}
			return ""
		})
		res, diffs := at.verified(t, src, Options{})
		if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != deferredKeys+1 {
			t.Errorf("differences %+v, invalid %q, verdicts %+v; want none", diffs, res.Invalid, res.Verdicts)
		}
		for _, k := range many {
			s.do(t, "HSET", k.Name, "more", "v")
		}
		res, diffs = at.verified(t, src, Options{})
		unnamed := 0
		for _, d := range diffs {
			if d.Count > 0 {
				unnamed++
			}
		}
		if res.Kinds[KindFieldExtra] != deferredKeys+1 || len(res.Kinds) != 1 || unnamed != 1 || len(res.Invalid) > 0 {
			t.Errorf("kinds %v, %d not named, invalid %q; want a field too many in each, one of them not named", res.Kinds, unnamed, res.Invalid)
		}
	})
	t.Run("members are counted all the same", func(t *testing.T) {
		set := keyspace.Key{Name: "t", Value: keyspace.Set{"a"}}
		s.write(t, set)
		res, _ := s.answering(t, about(":2\r\n", "SCARD", "t")).verified(t, sliceSource{keys: append(keys, set)}, Options{})
		if res.Kinds[KindMemberExtra] != 1 {
			t.Errorf("kinds %v, want a member too many", res.Kinds)
		}
	})
	t.Run("fields that cannot be listed are counted", func(t *testing.T) {
		for scans, command := range map[bool]string{true: "HSCAN", false: "HKEYS"} {
			server := redis7
			server.ElementScan = scans
			res, _ := s.answering(t, func(words []string) string {
				if words[0] == command {
					return "-ERR too many\r\n"
				}
				return hidden(words)
			}).verified(t, sliceSource{keys: keys}, Options{Server: server, NoScan: true})
			if res.Kinds[KindFieldExtra] != 3 {
				t.Errorf("%s: kinds %v, want three fields too many", command, res.Kinds)
			}
		}
	})
}
