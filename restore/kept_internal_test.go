package restore

import (
	"testing"

	"redrill/keyspace"
)

// TestWritten: whether a part has commands decides what is counted and cleaned up.
func TestWritten(t *testing.T) {
	group, entry := keyspace.Group{Name: "g"}, keyspace.Entry{ID: keyspace.ID{Ms: 1}}
	for _, row := range []struct {
		name string
		kept kept
		want bool
	}{
		{"first part of a string", kept{key: keyspace.Key{Value: keyspace.String(""), More: true}}, true},
		{"an empty part of a string", kept{key: keyspace.Key{Value: keyspace.String(""), Part: 1}}, false},
		{"entries", kept{key: keyspace.Key{Value: keyspace.Stream{Entries: []keyspace.Entry{entry}}, More: true}}, true},
		{"groups alone", kept{key: keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{group}}, More: true}, groups: true}, true},
		{"groups that the server has not", kept{key: keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{group}}, More: true}}, false},
		{"no groups on a server with groups", kept{key: keyspace.Key{Value: keyspace.Stream{}, More: true}, groups: true}, false},
		{"last part of a stream", kept{key: keyspace.Key{Value: keyspace.Stream{}, Part: 1}}, true},
		{"first part of a HyperLogLog", kept{key: keyspace.Key{Value: keyspace.HyperLogLog{}, More: true}}, false},
		{"last part of a HyperLogLog", kept{key: keyspace.Key{Value: keyspace.HyperLogLog{}}}, true},
		{"a set", kept{key: keyspace.Key{Value: keyspace.Set{"a"}}}, true},
		{"an array that the server has not", kept{key: keyspace.Key{Value: keyspace.Array{Cells: []keyspace.Cell{{}}}}, lost: true}, false},
		{"a hash without fields", kept{key: keyspace.Key{Value: keyspace.Hash{}}}, false},
	} {
		if got := row.kept.written(); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}
