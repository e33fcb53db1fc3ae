package verify

import (
	"slices"
	"strings"
	"testing"

	"redrill/keyspace"
)

// TestExtraKeysWithoutInfo looks for keys in databases that the source does not
// know, on a server that does not list them.
func TestExtraKeysWithoutInfo(t *testing.T) {
	server := redis7
	server.Info = false
	const partly = "extra keys: in databases that could not be selected"
	for _, row := range []struct {
		name   string
		args   []string
		put    []any
		deny   string
		extra  int64
		partly bool
	}{
		{name: "none"},
		{name: "in the database of the source", put: []any{0}, extra: 1},
		{name: "in another", put: []any{3}, extra: 1},
		{name: "in the last", put: []any{15}, extra: 1},
		{name: "in the last of many", args: []string{"--databases", "200"}, put: []any{130, 199}, extra: 2},
		{name: "as many as are looked at", args: []string{"--databases", "1025"}, put: []any{1023}, extra: 1, partly: true},
		{name: "beyond those that may be selected", put: []any{3}, deny: "-select", partly: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t, row.args...)
			s.do(t, "SET", "a", "1")
			for _, db := range row.put {
				s.do(t, "EVAL", "redis.call('SELECT', ARGV[1]) return redis.call('SET', 'extra', 'v')", 0, db)
			}
			if row.deny != "" {
				s.do(t, "ACL", "SETUSER", "default", row.deny)
			}
			src := sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.String("1")}}}
			res, diffs := s.verified(t, src, Options{Server: server})
			if len(diffs) != int(row.extra) || res.Extra.Keys != row.extra || res.Extra.Partly != row.partly || len(res.Invalid) > 0 {
				t.Errorf("differences %+v, extra %+v, invalid %q, want %d, partly %v", diffs, res.Extra, res.Invalid, row.extra, row.partly)
			}
			if said := slices.Contains(res.Unchecked, partly); said != row.partly {
				t.Errorf("unchecked %q, want %q there: %v", res.Unchecked, partly, row.partly)
			}
			if !strings.Contains(strings.Join(res.Unchecked, "\n"), "written to") {
				t.Errorf("unchecked %q, want the missing guard of writes", res.Unchecked)
			}
		})
	}
}
