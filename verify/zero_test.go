package verify

import (
	"slices"
	"strings"
	"testing"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// TestLostNegativeZero: a score of -0 that reads as 0 is a difference unless the
// sorted set cannot hold it the way it was written.
func TestLostNegativeZero(t *testing.T) {
	s := startRedis(t)
	small := keyspace.Key{Name: "small", Value: keyspace.ZSet{{Name: "m", Score: negativeZero}}}
	large := keyspace.Key{Name: "large", Value: keyspace.ZSet{{Name: strings.Repeat("m", 100), Score: negativeZero}}}
	s.do(t, "ZADD", "small", 0, "m")
	s.do(t, "ZADD", "large", 0, strings.Repeat("m", 100))
	const (
		equal   = "equal"
		counted = "counted"
		lost    = "lost"
	)
	for _, row := range []struct {
		name         string
		small, large ZeroSign
		encoding     string // that the server says; "" is its own
		key          keyspace.Key
		want         string
		said         bool
	}{
		{"listpack, by commands", ZeroLost, ZeroKept, "", small, counted, false},
		{"listpack, by whomever", ZeroUnknown, ZeroUnknown, "", small, counted, true},
		{"skiplist, by commands", ZeroLost, ZeroKept, "", large, lost, false},
		{"skiplist, by whomever", ZeroUnknown, ZeroUnknown, "", large, lost, false},
		{"skiplist that loses it", ZeroLost, ZeroLost, "", large, counted, false},
		{"ziplist, by whomever", ZeroUnknown, ZeroUnknown, "ziplist", small, lost, false},
		{"ziplist, by commands", ZeroKept, ZeroKept, "", small, lost, false},
		{"ziplist that loses it", ZeroLost, ZeroKept, "ziplist", small, counted, false},
		{"unknown encoding", ZeroUnknown, ZeroUnknown, "btree", large, counted, true},
		{"listpack that keeps it", ZeroKept, ZeroUnknown, "listpack", small, lost, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			at := s
			if row.encoding != "" {
				at = s.answering(t, about("+"+row.encoding+"\r\n", "OBJECT"))
			}
			server := redis7
			server.SmallZero, server.LargeZero = row.small, row.large
			server.Scan, server.DBSize = false, false
			res, diffs := at.verified(t, sliceSource{keys: []keyspace.Key{row.key}}, Options{Server: server, NoScan: true})
			got := equal
			switch {
			case len(diffs) == 1 && diffs[0].Kind == KindScore && res.Outcome(Allow{Unchecked: Promises[:]}) == Different:
				got = lost
			case res.NegativeZero == 1 && res.Outcome(Allow{Unchecked: Promises[:]}) == Verified:
				got = counted
			}
			if said := slices.Contains(res.Unchecked, "sorted sets: whether scores of -0 that read as 0 were lost; a small set keeps them only if it was loaded as a whole, not if commands wrote it"); got != row.want || said != row.said {
				t.Errorf("%s, said %v (%+v, unchecked %q); want %s, said %v", got, said, diffs, res.Unchecked, row.want, row.said)
			}
		})
	}
	t.Run("read as -0", func(t *testing.T) {
		at := s.answering(t, about("*1\r\n$2\r\n-0\r\n", "ZMSCORE")) // a listpack that was loaded
		res, diffs := at.verified(t, sliceSource{keys: []keyspace.Key{small}}, Options{NoScan: true})
		if len(diffs) > 0 || res.NegativeZero > 0 || res.Verdicts.Equal != 1 {
			t.Errorf("differences %+v, %d negative zeros, want none", diffs, res.NegativeZero)
		}
	})
}

// TestStreamInfoIsReadFromTheServer: what XINFO shows is compared, and what it
// does not show is listed; neither is a matter of what else the user may do.
func TestStreamInfoIsReadFromTheServer(t *testing.T) {
	s := startRedis(t)
	key := keyspace.Key{Name: "x", Value: keyspace.Stream{MaxDeletedID: id(1, 0), Entries: []keyspace.Entry{{ID: id(5, 0), Pairs: pairs("f", "v")}}}}
	s.write(t, key)
	src := sliceSource{keys: []keyspace.Key{key}}
	for _, row := range []struct {
		name, info string
		unchecked  []string
	}{
		{"all", "", nil},
		{"no largest deleted ID", "*4\r\n$17\r\nlast-generated-id\r\n$3\r\n5-0\r\n$6\r\ngroups\r\n:0\r\n", []string{compare.UncheckedMaxDeletedID}},
		{"no last ID", "*4\r\n$20\r\nmax-deleted-entry-id\r\n$3\r\n1-0\r\n$6\r\ngroups\r\n:0\r\n", []string{compare.UncheckedLastID}},
		{"nothing", "*2\r\n$6\r\nlength\r\n:1\r\n", []string{compare.UncheckedGroups, compare.UncheckedMaxDeletedID, compare.UncheckedLastID}},
	} {
		t.Run(row.name, func(t *testing.T) {
			at := s.answering(t, about(row.info, "XINFO"))
			res, diffs := at.verified(t, src, Options{})
			if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != 1 {
				t.Errorf("differences %+v, invalid %q, verdicts %+v", diffs, res.Invalid, res.Verdicts)
			}
			for _, what := range []string{compare.UncheckedGroups, compare.UncheckedMaxDeletedID, compare.UncheckedLastID} {
				if slices.Contains(res.Unchecked, what) != slices.Contains(row.unchecked, what) {
					t.Errorf("unchecked %q, want %q", res.Unchecked, row.unchecked)
				}
			}
		})
	}
	s.do(t, "XSETID", "x", "5-0", "ENTRIESADDED", 9, "MAXDELETEDID", "2-0")
	if _, diffs := s.verified(t, src, Options{}); len(diffs) != 1 || diffs[0].Kind != KindMaxDeletedID {
		t.Errorf("differences %+v, want the largest deleted ID", diffs)
	}
}
