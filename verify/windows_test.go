package verify

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"redrill/keyspace"
)

// TestWritesInEveryWindow: somebody who writes between any two questions of a
// run makes it invalid, also when what was written is taken back at once.
func TestWritesInEveryWindow(t *testing.T) {
	s := startRedis(t)
	keys := []keyspace.Key{
		{Name: "k", Value: keyspace.String("v")},
		{Name: "t", Value: keyspace.Set{"a", "b", "c"}},
		{Name: "x", Value: keyspace.Stream{LastID: id(1, 0)}},
	}
	s.write(t, keys...)
	s.do(t, "SADD", "t", "extra") // so that elements and keys are named
	s.do(t, "SET", "extra", "v")
	src := sliceSource{keys: splitAll(keys, 2)}
	for _, row := range []struct {
		command string
		nth     int64
	}{
		{"PEXPIRETIME", 1}, {"MGET", 1}, {"XINFO", 1}, {"SSCAN", 1}, {"SCAN", 1}, {"TYPE", 1},
		{"INFO", 2}, {"INFO", 3}, {"INFO", 4}, // the first begins the run, the last ends it
	} {
		t.Run(fmt.Sprintf("before %s %d", row.command, row.nth), func(t *testing.T) {
			var asked atomic.Int64
			at := s.answering(t, func(words []string) string {
				if words[0] == row.command && asked.Add(1) == row.nth {
					s.do(t, "SET", "other", "v")
					s.do(t, "DEL", "other")
				}
				return ""
			})
			res, _ := at.verified(t, src, Options{Connections: 2})
			if asked.Load() < row.nth {
				t.Fatalf("%s was asked %d times", row.command, asked.Load())
			}
			if res.Outcome(Allow{}) != Incomplete || !strings.Contains(strings.Join(res.Invalid, "\n"), "written to during the run: 2 changes; repeat it when nobody writes, or compare with redrill verify --live") {
				t.Errorf("Outcome() = %v, invalid %q, want incomplete because of 2 changes", res.Outcome(Allow{}), res.Invalid)
			}
		})
	}
	t.Run("nobody writes", func(t *testing.T) {
		if res, _ := s.verified(t, src, Options{Connections: 2}); res.Outcome(Allow{}) != Different || len(res.Invalid) > 0 {
			t.Errorf("Outcome() = %v, invalid %q, want different", res.Outcome(Allow{}), res.Invalid)
		}
	})
}
