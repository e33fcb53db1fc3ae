package client

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// heard returns what a reader gets when the server says text in pieces of n
// bytes, and the reader asks for room bytes at a time.
func heard(tb testing.TB, text string, n, room int) string {
	tb.Helper()
	near, far := net.Pipe()
	o := &redis.Options{Password: "s3cr3t", Dialer: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
	bound(o)
	conn, err := o.Dialer(tb.Context(), "", "")
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	go func() {
		defer far.Close()
		for len(text) > 0 {
			n := min(n, len(text))
			if _, err := far.Write([]byte(text[:n])); err != nil {
				return
			}
			text = text[n:]
		}
	}()
	var b strings.Builder
	if _, err := io.CopyBuffer(struct{ io.Writer }{&b}, conn, make([]byte, room)); err != nil {
		tb.Fatalf("after %q: %v", b.String(), err)
	}
	return b.String()
}

// TestNoErrorQuotesThePassword: whatever a server says in an error, and however
// the bytes arrive; values stay as they are.
func TestNoErrorQuotesThePassword(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"no error", "+s3cr3t\r\n$6\r\ns3cr3t\r\n*2\r\n:1\r\n$8\r\n-s3cr3t!\r\n", "+s3cr3t\r\n$6\r\ns3cr3t\r\n*2\r\n:1\r\n$8\r\n-s3cr3t!\r\n"},
		{"an error", "-ERR 's3cr3t' is wrong\r\n", "-ERR '***' is wrong\r\n"},
		{"among others", "+OK\r\n-ERR s3cr3t\r\n+OK\r\n-s3cr3t\r\n$2\r\nab\r\n", "+OK\r\n-ERR ***\r\n+OK\r\n-***\r\n$2\r\nab\r\n"},
		{"a long error", "!10\r\nERR s3cr3t\r\n:1\r\n", "!7\r\nERR ***\r\n:1\r\n"},
		{"a long error of lines", "!12\r\ns3cr3t\r\ns3cr\r\n:1\r\n", "!9\r\n***\r\ns3cr\r\n:1\r\n"},
		{"an empty long error", "!0\r\n\r\n:1\r\n", "!0\r\n\r\n:1\r\n"},
		{"a long error without a length", "!x\r\n:1\r\n!-1\r\n:1\r\n", "!x\r\n:1\r\n!-1\r\n:1\r\n"},
		{"in an array", "*3\r\n:1\r\n-s3cr3t\r\n$6\r\ns3cr3t\r\n", "*3\r\n:1\r\n-***\r\n$6\r\ns3cr3t\r\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, n := range []int{1, 3, 1000} {
				for _, room := range []int{1, 5, 1000} {
					if got := heard(t, row.text, n, room); got != row.want {
						t.Errorf("in pieces of %d, read by %d: %q, want %q", n, room, got, row.want)
					}
				}
			}
		})
	}
}

// TestKnownWordsStay: a password that is a word of Redis must not change what an
// error means.
func TestKnownWordsStay(t *testing.T) {
	for _, text := range []string{"WRONGTYPE Operation", "NOPERM this user", "unknown command 'x'"} {
		for _, word := range []string{"WRONGTYPE", "NOPERM", "unknown", "command", "unknown command"} {
			o := &redis.Options{Password: word, Dialer: func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go func() { _, _ = far.Write([]byte("-" + text + "\r\n")); far.Close() }()
				return near, nil
			}}
			bound(o)
			conn, err := o.Dialer(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(conn)
			if err != nil || string(b) != "-"+text+"\r\n" {
				t.Errorf("%q under password %q is %q (%v)", text, word, b, err)
			}
		}
	}
}
