package wire

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReplyShapes reads every shape of both protocols: what it stands for, and
// that it is not taken for anything else.
func TestReplyShapes(t *testing.T) {
	const refused = "refused"
	text := func(v Bulk, ok bool) string {
		switch {
		case !ok:
			return refused
		case v.Null():
			return "null"
		case !v.Whole():
			return fmt.Sprintf("%d bytes, of which %q", v.Size, v.B)
		}
		return fmt.Sprintf("%q", v.B)
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
			fresh := func() *Reply { return &Reply{B: []byte(row.reply), Cut: row.cut} }
			got := reads{Bulk: text(fresh().Bulk()), Score: text(fresh().Score()), Integer: number(fresh().Integer()), Array: number(fresh().Array())}
			got.Failure, _ = fresh().Failure()
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
			p := Reply{B: []byte(row.value)}
			if row.whole {
				p.B = append(p.B, ":42\r\n"...)
			}
			if got := p.Skip(); got != row.whole {
				t.Fatalf("skip() = %v, want %v", got, row.whole)
			}
			if n, ok := p.Integer(); row.whole && (!ok || n != 42) {
				t.Errorf("behind it %d, %v, want 42", n, ok)
			}
		})
	}
}
