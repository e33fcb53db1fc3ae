package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// small is a bound that tests reach with few bytes.
var small = Bounds{Bytes: 1000, Elements: 100}

// fed feeds text in pieces of n bytes and returns the first error.
func fed(bounds Bounds, text string, n int) error {
	m := meter{bounds: bounds}
	for len(text) > 0 {
		n := min(n, len(text))
		if err := m.feed([]byte(text[:n])); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

// TestMeter cuts what no reader can bear, and nothing else, however the bytes
// arrive.
func TestMeter(t *testing.T) {
	deep := func(n int, kind string) string { return strings.Repeat(kind+"1\r\n", n) + ":1\r\n" }
	for _, row := range []struct {
		name, reply, want string // "" is no error
	}{
		{"every shape", "+OK\r\n-ERR\r\n:1\r\n$3\r\na\r\n\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n:1\r\n*1\r\n$1\r\n\n\r\n_\r\n#t\r\n,1.5\r\n(12\r\n" +
			"!3\r\nERR\r\n=5\r\ntxt:a\r\n~1\r\n:1\r\n%1\r\n+a\r\n*1\r\n:2\r\n|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n>1\r\n+x\r\n:1\r\n", ""},
		{"what is no reply", "HTTP/1.1 400 Bad Request\r\n\r\n$x\r\n*\r\n%?\r\n", ""},
		{"many replies, each within", strings.Repeat("$990\r\n"+strings.Repeat("a", 990)+"\r\n", 5) + strings.Repeat("*90\r\n"+strings.Repeat(":1\r\n", 90), 5), ""},
		{"a byte string as long as may be", "$992\r\n", ""},
		{"a byte string longer than that", "$993\r\n", "byte string of 993 bytes"},
		{"a byte string of all there is", "$9223372036854775807\r\n", "byte string of 9223372036854775807 bytes"},
		{"a long error of all there is", "!9223372036854775807\r\n", "byte string"},
		{"a long error of more than a line", "!65537\r\n", "byte string of 65537 bytes"},
		{"a verbatim string of all there is", "=9223372036854775806\r\n", "byte string"},
		{"a byte string in an array that is full", "*2\r\n$900\r\n" + strings.Repeat("a", 900) + "\r\n$99\r\n", "byte string of 99 bytes"},
		{"an array of all there is", "*9223372036854775807\r\n", "9223372036854775807 elements"},
		{"a map of all there is", "%9223372036854775807\r\n", "9223372036854775807 elements"},
		{"a map of half of it", "%4611686018427387904\r\n", "4611686018427387904 elements"},
		{"as many elements as may be", "*100\r\n", ""},
		{"an element more", "*101\r\n", "101 elements"},
		{"a map counts twice", "%51\r\n", "51 elements"},
		{"elements in all", "*3\r\n*60\r\n" + strings.Repeat(":1\r\n", 60) + "*40\r\n", "40 elements"},
		{"a set", "~101\r\n", "101 elements"},
		{"a push", ">101\r\n", "101 elements"},
		{"as many bytes as may be", "+" + strings.Repeat("a", 997) + "\r\n", ""},
		{"a byte more", "+" + strings.Repeat("a", 998) + "\r\n", "more than 1000 bytes"},
		{"more bytes", "*90\r\n" + strings.Repeat("+aaaaaaaaaaaaaaa\r\n", 80), "more than 1000 bytes"},
		{"as deep as may be", deep(maxDepth, "*"), ""},
		{"deeper", deep(maxDepth+1, "*"), "deep"},
		{"deeper, of sets", deep(maxDepth+1, "~"), "deep"},
		{"beside each other", "*40\r\n" + strings.Repeat("*1\r\n:1\r\n", 40), ""},
		{"as many attributes as may be", strings.Repeat("|0\r\n", maxAttributes) + ":1\r\n" + strings.Repeat("|0\r\n", maxAttributes) + ":1\r\n", ""},
		{"more attributes", strings.Repeat("|0\r\n", maxAttributes+1), "attributes"},
		{"attributes in attributes", strings.Repeat("|1\r\n", maxDepth+1), "deep"},
		{"an attribute ends before what it is about", "*2\r\n|1\r\n:1\r\n:2\r\n*1\r\n:3\r\n:4\r\n" + strings.Repeat(">1\r\n:1\r\n", maxPushes), ""},
		{"messages, and then more", strings.Repeat(">1\r\n+a\r\n", maxPushes+1), "nobody asked for"},
		{"messages with replies between them", strings.Repeat(strings.Repeat(">1\r\n+a\r\n", maxPushes)+":1\r\n", 2), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, n := range []int{1, 7, len(row.reply)} {
				err := fed(small, row.reply, n)
				switch {
				case row.want == "" && err != nil:
					t.Errorf("in pieces of %d: %v, want no error", n, err)
				case row.want != "" && (!errors.Is(err, ErrReply) || !strings.Contains(err.Error(), row.want)):
					t.Errorf("in pieces of %d: %v, want %q", n, err, row.want)
				}
			}
		})
	}
}

// TestMeterLine bounds a line that does not end by its own length.
func TestMeterLine(t *testing.T) {
	for n, bad := range map[int]bool{maxLine - 3: false, maxLine - 2: true} {
		if err := fed(Streamed, "+"+strings.Repeat("a", n)+"\r\n", 4096); (err != nil) != bad {
			t.Errorf("a line of %d bytes: %v, want an error: %v", n+3, err, bad)
		}
	}
	if err := fed(Streamed, "-"+strings.Repeat("a", maxLine), 4096); err == nil {
		t.Error("an endless line: no error")
	}
}

// hostile is a server that answers the greeting like one that does not know it,
// and everything else with text, again and again.
func hostile(tb testing.TB, text string) *redis.Options {
	tb.Helper()
	return &redis.Options{Addr: "hostile", Dialer: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			r := bufio.NewReader(far)
			for asked := false; ; {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				asked = asked || strings.HasPrefix(line, "GET")
				if strings.HasPrefix(strings.ToLower(line), "hello") {
					_, _ = io.WriteString(far, "-ERR unknown command\r\n")
				}
				for asked {
					if _, err := io.WriteString(far, text); err != nil {
						return
					}
				}
			}
		}()
		return near, nil
	}}
}

// TestHostileReplies end with an error that says why, whoever reads them.
func TestHostileReplies(t *testing.T) {
	for _, text := range []string{
		"$9223372036854775807\r\n", "$9223372036854775805\r\n", "*9223372036854775807\r\n", "*1\r\n", "|1\r\n", "|0\r\n",
		"%1\r\n", ">1\r\n", "~1152921504606846976\r\n", "+endless", "=9223372036854775807\r\n", "!9223372036854775807\r\n", "%9223372036854775807\r\n",
	} {
		for name, make := range map[string]func(*redis.Options) *redis.Client{"kept": New, "streamed": NewStreamed} {
			for _, protocol := range []int{2, 3} {
				t.Run(fmt.Sprintf("%.12q, %s, RESP%d", text, name, protocol), func(t *testing.T) {
					o := hostile(t, text)
					o.Protocol = protocol
					c := make(o)
					defer c.Close()
					var cmd redis.Cmder = redis.NewCmd(t.Context(), "GET", "k")
					if name == "streamed" {
						cmd = redis.NewRawWriteToCmd(t.Context(), io.Discard, "GET", "k")
					}
					if err := c.Process(t.Context(), cmd); !errors.Is(err, ErrReply) {
						t.Errorf("%v, want %v", err, ErrReply)
					}
				})
			}
		}
	}
}

// TestStreamed lets a raw reply be larger than one that is kept, but not the
// greeting.
func TestStreamed(t *testing.T) {
	const size = 17 << 20
	text := fmt.Sprintf("$%d\r\n%s\r\n", size, strings.Repeat("a", size))
	c := NewStreamed(hostile(t, text))
	defer c.Close()
	cmd := redis.NewRawWriteToCmd(t.Context(), io.Discard, "GET", "k")
	if err := c.Process(t.Context(), cmd); err != nil || cmd.Val() < size {
		t.Errorf("%d bytes, %v, want more than %d", cmd.Val(), err, size)
	}
	kept := New(hostile(t, text))
	defer kept.Close()
	if err := kept.Do(t.Context(), "GET", "k").Err(); !errors.Is(err, ErrReply) {
		t.Errorf("%v, want %v", err, ErrReply)
	}
	greeting := &redis.Options{Addr: "hostile", Dialer: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			if _, err := bufio.NewReader(far).ReadString('\n'); err == nil {
				_, _ = io.WriteString(far, text)
			}
		}()
		return near, nil
	}}
	c = NewStreamed(greeting)
	defer c.Close()
	if err := c.Do(t.Context(), "GET", "k").Err(); !errors.Is(err, ErrReply) {
		t.Errorf("greeted with %d bytes: %v, want %v", size, err, ErrReply)
	}
}
