package verify

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// TestCompareWhole reads collections as each protocol writes them.
func TestCompareWhole(t *testing.T) {
	hash := keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b", Value: ""}}
	set := keyspace.Set{"a", "b"}
	zset := keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: math.Inf(-1)}}
	extra := func(what string) []string { return []string{what} }
	for _, row := range []struct {
		name  string
		value keyspace.Value
		reply string
		bad   bool
		want  []string
	}{
		{name: "hash, flat", value: hash, reply: "*4\r\n$1\r\nb\r\n$0\r\n\r\n$1\r\na\r\n$1\r\n1\r\n"},
		{name: "hash, map", value: hash, reply: "%2\r\n$1\r\nb\r\n$0\r\n\r\n$1\r\na\r\n$1\r\n1\r\n"},
		{name: "hash, map with another field", value: hash, reply: "%3\r\n+a\r\n+1\r\n+b\r\n+\r\n+c\r\n+\r\n", want: extra(`field_extra|k|key "k"/field "c"`)},
		{name: "hash, map with a field less", value: hash, reply: "%1\r\n+a\r\n+1\r\n", want: extra(`field_missing|k|key "k"/field "b"`)},
		{name: "hash, odd", value: hash, reply: "*3\r\n+a\r\n+1\r\n+b\r\n", bad: true},
		{name: "hash, pairs", value: hash, reply: "*2\r\n*2\r\n+a\r\n+1\r\n*2\r\n+b\r\n+\r\n", bad: true},
		{name: "hash, a double", value: hash, reply: "%2\r\n+a\r\n,1\r\n+b\r\n+\r\n", bad: true},
		{name: "hash, empty", value: keyspace.Hash{}, reply: "%0\r\n"},
		{name: "set, array", value: set, reply: "*2\r\n+a\r\n+b\r\n"},
		{name: "set", value: set, reply: "~2\r\n+b\r\n+a\r\n"},
		{name: "set with another member", value: set, reply: "~3\r\n+b\r\n+a\r\n+c\r\n", want: extra(`member_extra|k|key "k"/member "c"`)},
		{name: "sorted set, flat", value: zset, reply: "*4\r\n+b\r\n+-inf\r\n+a\r\n$3\r\n0.1\r\n"},
		{name: "sorted set, pairs", value: zset, reply: "*2\r\n*2\r\n+b\r\n,-inf\r\n*2\r\n+a\r\n,0.10000000000000001\r\n"},
		{name: "sorted set, pairs with another score", value: zset, reply: "*2\r\n*2\r\n+b\r\n,inf\r\n*2\r\n+a\r\n,0.1\r\n",
			want: extra(`score|k|key "k"/member "b"/score`)},
		{name: "sorted set, a pair of three", value: zset, reply: "*2\r\n*3\r\n+b\r\n,-inf\r\n+a\r\n*2\r\n+a\r\n,0.1\r\n", bad: true},
		{name: "sorted set, a pair less", value: zset, reply: "*2\r\n*2\r\n+b\r\n,-inf\r\n", bad: true},
		{name: "null", value: set, reply: "_\r\n", bad: true},
		{name: "push", value: set, reply: ">2\r\n+a\r\n+b\r\n", bad: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := &keyState{name: "k", typ: row.value.Type()}
			st.whole.collect(row.value)
			if ok := compareWhole(st, wire.Reply{B: []byte(row.reply)}, ZeroUnknown); ok == row.bad {
				t.Fatalf("compareWhole() = %v, want %v", ok, !row.bad)
			}
			if diff := cmp.Diff(row.want, found(st)); !row.bad && diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCompareScores reads scores as byte strings and as doubles.
func TestCompareScores(t *testing.T) {
	v := keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: 1e17}, {Name: "c", Score: math.Inf(1)}}
	for _, row := range []struct {
		name, reply string
		want        []string
	}{
		{"byte strings", "*3\r\n$19\r\n0.10000000000000001\r\n$5\r\n1e+17\r\n$3\r\ninf\r\n", nil},
		{"doubles", "*3\r\n,0.10000000000000001\r\n,1e+17\r\n,inf\r\n", nil},
		{"a double one ulp away", "*3\r\n,0.10000000000000002\r\n,1e+17\r\n,inf\r\n", []string{`score|k|key "k"/member "a"/score`}},
		{"a double that is no number", "*3\r\n,0.1\r\n,nan\r\n,inf\r\n", []string{`score|k|key "k"/member "b"/score`}},
		{"null", "*3\r\n,0.1\r\n,1e17\r\n_\r\n", []string{`member_missing|k|key "k"/member "c"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			st := &keyState{name: "k", typ: keyspace.TypeZSet}
			if done, ok := compareScores(st, v, wire.Reply{B: []byte(row.reply)}, ZeroUnknown); !ok || done != len(v) {
				t.Fatalf("compareScores() = %d, %v, want %d", done, ok, len(v))
			}
			if diff := cmp.Diff(row.want, found(st)); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseStreamInfo reads XINFO STREAM as an array and as a map, over values
// of every shape.
func TestParseStreamInfo(t *testing.T) {
	const fields = "$6\r\nlength\r\n:1\r\n$17\r\nlast-generated-id\r\n$3\r\n9-1\r\n$6\r\ngroups\r\n:2\r\n$7\r\npending\r\n%1\r\n+a\r\n*1\r\n,1\r\n" +
		"$20\r\nmax-deleted-entry-id\r\n$3\r\n3-0\r\n$11\r\nfirst-entry\r\n_\r\n"
	for _, header := range []string{"*12\r\n", "%6\r\n"} {
		info, ok := parseStreamInfo(wire.Reply{B: []byte(header + fields)})
		if !ok || info.lastID != id(9, 1) || info.maxDeletedID != id(3, 0) || !info.hasGroups || info.groups != 2 {
			t.Errorf("%q: %+v, %v, want the IDs 9-1 and 3-0, and 2 groups", header, info, ok)
		}
	}
}
