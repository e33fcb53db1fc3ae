package verify

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"redrill/keyspace"
)

// page is the reply to a SCAN-like command.
func page(cursor string, names ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*2\r\n$%d\r\n%s\r\n*%d\r\n", len(cursor), cursor, len(names))
	for _, n := range names {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(n), n)
	}
	return b.String()
}

// TestEndless: a server that always has more ends as a run that proves nothing,
// with the reason, and not never.
func TestEndless(t *testing.T) {
	s := startRedis(t)
	keys := []keyspace.Key{
		{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
		{Name: "t", Value: keyspace.Set{"a", "b"}},
		{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "b", Score: 1}}},
		{Name: "x", Value: keyspace.Stream{LastID: id(2, 0), Entries: []keyspace.Entry{
			{ID: id(1, 0), Pairs: pairs("f", "v")}, {ID: id(2, 0), Pairs: pairs("f", "v")}}}},
	}
	s.write(t, keys...)
	always := func(command, reply string) func([]string) string {
		return func(words []string) string {
			if words[0] == command {
				return reply
			}
			return ""
		}
	}
	moreEntries := func(words []string) string {
		if words[0] != "XRANGE" {
			return ""
		}
		ms, _, _ := strings.Cut(words[2], "-")
		from, _ := strconv.Atoi(ms)
		n, _ := strconv.Atoi(words[5])
		var b strings.Builder
		fmt.Fprintf(&b, "*%d\r\n", n)
		for i := range n {
			entry := fmt.Sprintf("%d-1", from+i+1)
			fmt.Fprintf(&b, "*2\r\n$%d\r\n%s\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n", len(entry), entry)
		}
		return b.String()
	}
	for _, row := range []struct {
		name   string
		extra  []any
		answer func([]string) string
		why    string
	}{
		{"one name again and again", []any{"SET", "extra", "1"}, always("SCAN", page("7", "h")), "database 0: SCAN does not come to an end"},
		{"no name at all", []any{"SET", "extra", "1"}, always("SCAN", page("7")), "database 0: SCAN does not come to an end"},
		{"fields", []any{"HSET", "h", "c", "3"}, always("HSCAN", page("7", "a", "1")), `key "h": HSCAN does not come to an end`},
		{"members", []any{"SADD", "t", "c"}, always("SSCAN", page("7", "a")), `key "t": SSCAN does not come to an end`},
		{"members with scores", []any{"ZADD", "z", "3", "c"}, always("ZSCAN", page("7", "a", "1")), `key "z": ZSCAN does not come to an end`},
		{"entries", nil, moreEntries, `key "x": XRANGE does not come to an end`},
	} {
		for _, size := range []int{100, 1} {
			t.Run(fmt.Sprintf("%s, in parts of %d", row.name, size), func(t *testing.T) {
				if row.extra != nil {
					s.do(t, row.extra...)
					defer s.do(t, map[string]string{"SET": "DEL", "HSET": "HDEL", "SADD": "SREM", "ZADD": "ZREM"}[row.extra[0].(string)],
						row.extra[1], row.extra[len(row.extra)-1])
					if row.extra[0] == "HSET" {
						defer s.do(t, "HDEL", "h", "c")
					}
				}
				res, _ := s.answering(t, row.answer).verified(t, sliceSource{keys: splitAll(keys, size)}, Options{})
				if got := res.Outcome(Allow{}); got != Incomplete || !strings.Contains(strings.Join(res.Invalid, "\n"), row.why) {
					t.Errorf("Outcome() = %v, invalid %q, want incomplete and %q", got, res.Invalid, row.why)
				}
			})
		}
	}
}

// TestEntriesAgain: entries that were seen already, or that descend, are no
// answer to what is asked.
func TestEntriesAgain(t *testing.T) {
	s := startRedis(t)
	keys := []keyspace.Key{{Name: "x", Value: keyspace.Stream{LastID: id(1, 0), Entries: []keyspace.Entry{{ID: id(1, 0), Pairs: pairs("f", "v")}}}}}
	s.write(t, keys...)
	entry := func(id string) string { return "*2\r\n$3\r\n" + id + "\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n" }
	for name, reply := range map[string]string{
		"one twice":  "*2\r\n" + entry("1-0") + entry("1-0"),
		"descending": "*2\r\n" + entry("1-0") + entry("0-1"),
	} {
		t.Run(name, func(t *testing.T) {
			res, diffs := s.answering(t, about(reply, "XRANGE", "x")).verified(t, sliceSource{keys: keys}, Options{})
			if len(diffs) > 0 || res.Verdicts.Unanswered != 1 || res.Outcome(Allow{Empty: true}) != Incomplete {
				t.Errorf("differences %+v, verdicts %+v, want an unexpected reply", diffs, res.Verdicts)
			}
		})
	}
}

// TestRepeatedNames: a name that a SCAN-like command repeats is one element.
func TestRepeatedNames(t *testing.T) {
	s := startRedis(t)
	s.do(t, "SADD", "t", "a", "x", "y")
	s.do(t, "HSET", "h", "a", "1", "x", "2", "y", "3")
	keys := []keyspace.Key{{Name: "t", Value: keyspace.Set{"a"}}, {Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}}}}
	twice := func(words []string) string {
		switch words[0] {
		case "SSCAN":
			return page("0", "x", "a", "x", "x", "y")
		case "HSCAN":
			return page("0", "x", "2", "a", "1", "x", "2", "y", "3")
		}
		return ""
	}
	_, diffs := s.answering(t, twice).verified(t, sliceSource{keys: keys}, Options{Connections: 1})
	var got []string
	for _, d := range diffs {
		got = append(got, d.Path)
	}
	want := `key "t"/member "x", key "t"/member "y", key "h"/field "x", key "h"/field "y"`
	if got := strings.Join(got, ", "); got != want {
		t.Errorf("differences at %s, want %s", got, want)
	}
}

// TestLostElements: a collection that has fewer elements than were just found
// is no difference: it shrinks while it is read.
func TestLostElements(t *testing.T) {
	s := startRedis(t)
	keys := []keyspace.Key{
		{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}},
		{Name: "t", Value: keyspace.Set{"a", "b"}},
		{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "b", Score: 1}}},
	}
	s.write(t, keys...)
	for command, key := range map[string]string{"HLEN": "h", "SCARD": "t", "ZCARD": "z"} {
		for _, size := range []int{100, 1} {
			t.Run(fmt.Sprintf("%s, in parts of %d", command, size), func(t *testing.T) {
				at := s.answering(t, about(":1\r\n", command, key))
				res, _ := at.verified(t, sliceSource{keys: splitAll(keys, size)}, Options{})
				const why = "a key lost elements during the run"
				if res.Outcome(Allow{}) != Incomplete || !strings.Contains(strings.Join(res.Invalid, "\n"), why) {
					t.Errorf("Outcome() = %v, invalid %q, want incomplete and %q", res.Outcome(Allow{}), res.Invalid, why)
				}
			})
		}
	}
}
