package verify

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// bothProtocols are those that a server can be asked to speak.
var bothProtocols = [...]int{2, 3}

// over returns the server, verified over a protocol.
func (s *testServer) over(protocol int) *testServer {
	o, other := *s.options, *s
	o.Protocol = protocol
	other.options = &o
	return &other
}

// TestProtocol asks for RESP3 only when it is told to.
func TestProtocol(t *testing.T) {
	s := startRedis(t)
	for given, want := range map[int]int{0: 2, 1: 2, 2: 2, 3: 3, 4: 2} {
		c := newConnection(s.over(given).options)
		defer c.close()
		hello, err := c.client.Do(t.Context(), "HELLO").Result()
		var got any
		switch hello := hello.(type) {
		case []any: // name, value, name, value
			got = hello[slices.Index(hello, any("proto"))+1]
		case map[any]any:
			got = hello["proto"]
		}
		if err != nil || got != int64(want) {
			t.Errorf("Protocol %d: the server speaks RESP%v, %v, want %d", given, got, err, want)
		}
	}
}

// TestReplyShapes reads every shape of both protocols: what it stands for, and
// that it is not taken for anything else.
func TestReplyShapes(t *testing.T) {
	const refused = "refused"
	text := func(v bulk, ok bool) string {
		switch {
		case !ok:
			return refused
		case v.null():
			return "null"
		case !v.whole():
			return fmt.Sprintf("%d bytes, of which %q", v.size, v.b)
		}
		return fmt.Sprintf("%q", v.b)
	}
	number := func(n int64, ok bool) string {
		if !ok {
			return refused
		}
		return fmt.Sprint(n)
	}
	type reads struct{ Bulk, Score, Integer, Array, Failure string }
	for _, row := range []struct {
		name  string
		reply string
		cut   bool
		want  reads // "" is refused, for a failure that there is none
	}{
		{name: "byte string", reply: "$5\r\n1.5\r\n\r\n", want: reads{Bulk: `"1.5\r\n"`, Score: `"1.5\r\n"`}},
		{name: "byte string, empty", reply: "$0\r\n\r\n", want: reads{Bulk: `""`, Score: `""`}},
		{name: "byte string, cut", reply: "$5\r\nab", cut: true, want: reads{Bulk: `5 bytes, of which "ab"`, Score: `5 bytes, of which "ab"`}},
		{name: "byte string, longer than memory", reply: "$9223372036854775807\r\nab", want: reads{
			Bulk: `9223372036854775807 bytes, of which "ab"`, Score: `9223372036854775807 bytes, of which "ab"`}},
		{name: "status", reply: "+OK\r\n", want: reads{Bulk: `"OK"`, Score: `"OK"`}},
		{name: "verbatim", reply: "=9\r\ntxt:a\r\nbc\r\n", want: reads{Bulk: `"a\r\nbc"`, Score: `"a\r\nbc"`}},
		{name: "verbatim, empty", reply: "=4\r\nmkd:\r\n", want: reads{Bulk: `""`, Score: `""`}},
		{name: "verbatim, cut", reply: "=9\r\ntxt:a", cut: true, want: reads{Bulk: `5 bytes, of which "a"`, Score: `5 bytes, of which "a"`}},
		{name: "verbatim, cut in its format", reply: "=9\r\ntx", cut: true, want: reads{Bulk: `5 bytes, of which ""`, Score: `5 bytes, of which ""`}},
		{name: "verbatim without a format", reply: "=3\r\nabc\r\n"},
		{name: "null of RESP2", reply: "$-1\r\n", want: reads{Bulk: "null", Score: "null"}},
		{name: "null", reply: "_\r\n", want: reads{Bulk: "null", Score: "null"}},
		{name: "integer", reply: ":-12\r\n", want: reads{Integer: "-12"}},
		{name: "true", reply: "#t\r\n", want: reads{Integer: "1"}},
		{name: "false", reply: "#f\r\n", want: reads{Integer: "0"}},
		{name: "neither true nor false", reply: "#x\r\n"},
		{name: "big number", reply: "(9223372036854775807\r\n", want: reads{Integer: "9223372036854775807"}},
		{name: "big number, too big", reply: "(9223372036854775808\r\n"},
		{name: "double", reply: ",0.10000000000000001\r\n", want: reads{Score: `"0.10000000000000001"`}},
		{name: "double, infinite", reply: ",-inf\r\n", want: reads{Score: `"-inf"`}},
		{name: "double, cut", reply: ",0.1", cut: true},
		{name: "array", reply: "*3\r\n", want: reads{Array: "3"}},
		{name: "array, null in RESP2", reply: "*-1\r\n"},
		{name: "set", reply: "~3\r\n", want: reads{Array: "3"}},
		{name: "map", reply: "%3\r\n", want: reads{Array: "6"}},
		{name: "map, empty", reply: "%0\r\n", want: reads{Array: "0"}},
		{name: "map, null", reply: "%-1\r\n"},
		{name: "map, too long", reply: "%9223372036854775807\r\n"},
		{name: "error", reply: "-ERR no\r\n", want: reads{Failure: "ERR no"}},
		{name: "error, long", reply: "!10\r\nERR no\r\nno\r\n", want: reads{Failure: "ERR no\r\nno"}},
		{name: "error, long and cut", reply: "!10\r\nERR n", cut: true, want: reads{Failure: "ERR n"}},
		{name: "error, cut", reply: "-ERR n", cut: true, want: reads{Failure: "error reply"}},
		{name: "push", reply: ">2\r\n+invalidate\r\n_\r\n", want: reads{Failure: "a push message in place of the reply"}},
		{name: "attribute", reply: "|1\r\n+a\r\n+b\r\n:1\r\n"},
		{name: "nothing", reply: ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			fresh := func() *reply { return &reply{b: []byte(row.reply), cut: row.cut} }
			got := reads{Bulk: text(fresh().bulk()), Score: text(fresh().score()), Integer: number(fresh().integer()), Array: number(fresh().array())}
			got.Failure, _ = fresh().failure()
			for _, want := range []*string{&row.want.Bulk, &row.want.Score, &row.want.Integer, &row.want.Array} {
				if *want == "" {
					*want = refused
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", row.reply, diff)
			}
		})
	}
}

// TestReplySkip drops one value, whatever is in it, and nothing of the next.
func TestReplySkip(t *testing.T) {
	for _, row := range []struct {
		name, value string
		whole       bool
	}{
		{"array", "*2\r\n:1\r\n*1\r\n$1\r\na\r\n", true},
		{"array, null", "*-1\r\n", true},
		{"set", "~2\r\n+a\r\n_\r\n", true},
		{"map", "%2\r\n+a\r\n*0\r\n+b\r\n%1\r\n,1\r\n#t\r\n", true},
		{"byte string", "$2\r\n\r\n\r\n", true},
		{"verbatim", "=5\r\ntxt:a\r\n", true},
		{"error, long", "!2\r\nno\r\n", true},
		{"big number", "(12345678901234567890123\r\n", true},
		{"map, cut", "%2\r\n+a\r\n:1\r\n+b\r\n", false},
		{"verbatim, cut", "=9\r\ntxt:a", false},
		{"push", ">1\r\n+a\r\n", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := reply{b: []byte(row.value)}
			if row.whole {
				p.b = append(p.b, ":42\r\n"...)
			}
			if got := p.skip(); got != row.whole {
				t.Fatalf("skip() = %v, want %v", got, row.whole)
			}
			if n, ok := p.integer(); row.whole && (!ok || n != 42) {
				t.Errorf("behind it %d, %v, want 42", n, ok)
			}
		})
	}
}

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
			if ok := compareWhole(st, reply{b: []byte(row.reply)}, ZeroUnknown); ok == row.bad {
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
			if done, ok := compareScores(st, v, reply{b: []byte(row.reply)}, ZeroUnknown); !ok || done != len(v) {
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
		info, ok := parseStreamInfo(reply{b: []byte(header + fields)})
		if !ok || info.lastID != id(9, 1) || info.maxDeletedID != id(3, 0) || !info.hasGroups || info.groups != 2 {
			t.Errorf("%q: %+v, %v, want the IDs 9-1 and 3-0, and 2 groups", header, info, ok)
		}
	}
}
