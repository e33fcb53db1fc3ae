package restore

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestProtocol asks for RESP3 only when it is told to.
func TestProtocol(t *testing.T) {
	for given, want := range map[int]int{0: 2, 1: 2, 2: 2, 3: 3, 4: 2} {
		if got := clientOptions(&redis.Options{Protocol: given}, Options{}).Protocol; got != want {
			t.Errorf("Protocol %d becomes %d, want %d", given, got, want)
		}
	}
}

// TestNothingIsRetried: a pipeline that is sent again doubles lists, and a dial
// that is tried again may reach another server.
func TestNothingIsRetried(t *testing.T) {
	o := clientOptions(&redis.Options{MaxRetries: 3, DialerRetries: 5}, Options{})
	if o.MaxRetries != -1 || o.DialerRetries != 1 {
		t.Errorf("MaxRetries = %d, DialerRetries = %d, want -1 and 1", o.MaxRetries, o.DialerRetries)
	}
}

// TestCheckReply judges every shape that a reply can have in either protocol.
func TestCheckReply(t *testing.T) {
	for _, row := range []struct {
		name  string
		kind  Reply
		reply string
		want  string // what the error holds; "" is right
	}{
		{"status", Reply{Kind: ReplyOK}, "+OK\r\n", ""},
		{"another status", Reply{Kind: ReplyOK}, "+QUEUED\r\n", `reply "QUEUED", want "OK"`},
		{"integer", Reply{Kind: ReplyInt, N: 3}, ":3\r\n", ""},
		{"another integer", Reply{Kind: ReplyInt, N: 3}, ":2\r\n", `reply ":2", want 3`},
		{"double for an integer", Reply{Kind: ReplyInt, N: 3}, ",3\r\n", `reply ",3", want 3`},
		{"ID", Reply{Kind: ReplyID}, "$3\r\n1-1\r\n", ""},
		{"another ID", Reply{Kind: ReplyID}, "$3\r\n1-2\r\n", "want 1-1"},
		{"null for an ID in RESP2", Reply{Kind: ReplyID}, "$-1\r\n", "want 1-1"},
		{"null for an ID", Reply{Kind: ReplyID}, "_\r\n", "want 1-1"},
		{"anything", Reply{}, "_\r\n", ""},
		{"nothing", Reply{}, "", "want a reply"},
		{"error", Reply{}, "-ERR no\r\n", `XADD: "ERR no"`},
		{"long error", Reply{}, "!10\r\nERR no\r\nno\r\n", `XADD: "ERR no\r\nno"`},
		{"long error for an ID", Reply{Kind: ReplyID}, "!3\r\n1-1\r\n", `XADD: "1-1"`},
		{"codes", Reply{Kind: ReplyCodes, N: 2}, "*2\r\n:1\r\n:2\r\n", ""},
		{"a code that sets nothing", Reply{Kind: ReplyCodes, N: 2}, "*2\r\n:1\r\n:0\r\n", `reply "2 :1 :0", want 2 codes 1`},
		{"no such field", Reply{Kind: ReplyCodes, N: 1}, "*1\r\n:-2\r\n", "want 1 codes 1"},
		{"fewer codes", Reply{Kind: ReplyCodes, N: 2}, "*1\r\n:1\r\n", "want 2 codes"},
		{"codes cut", Reply{Kind: ReplyCodes, N: 2}, "*2\r\n:1\r\n", "want 2 codes"},
		{"one code for an array", Reply{Kind: ReplyCodes, N: 1}, ":1\r\n", "want 1 codes"},
		{"null for codes", Reply{Kind: ReplyCodes, N: 1}, "*-1\r\n", "want 1 codes"},
		{"list", Reply{Kind: ReplyList, N: 2}, "*2\r\n$3\r\n1-1\r\n$3\r\n1-2\r\n", ""},
		{"shorter list", Reply{Kind: ReplyList, N: 2}, "*1\r\n$3\r\n1-1\r\n", "want 2 elements"},
		{"longer list", Reply{Kind: ReplyList, N: 2}, "*20\r\n$3\r\n1-1\r\n", "want 2 elements"},
		{"empty list", Reply{Kind: ReplyList, N: 2}, "*0\r\n", "want 2 elements"},
		{"null for a list", Reply{Kind: ReplyList, N: 2}, "_\r\n", "want 2 elements"},
		{"push for anything", Reply{}, ">2\r\n+message\r\n+m\r\n", "push message"},
		{"push for an integer", Reply{Kind: ReplyInt, N: 3}, ">2\r\n+message\r\n:3\r\n", "push message"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var b batch
			b.put(row.kind, "XADD", "key", "1-1", "field", "secret")
			err := checkReply(&b, 0, &replyBuffer{b: []byte(row.reply)})
			switch {
			case row.want == "" && err != nil:
				t.Errorf("checkReply(%q) = %v, want none", row.reply, err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("checkReply(%q) = %v, want %q in it", row.reply, err, row.want)
			case err != nil && strings.Contains(err.Error(), "secret"):
				t.Errorf("checkReply(%q) = %v, which tells an argument", row.reply, err)
			}
		})
	}
}
