package target_test

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"redrill/target"
)

func TestURL(t *testing.T) {
	plain := miniredis.RunT(t)
	locked := miniredis.RunT(t)
	locked.RequireAuth("s3cr3t/#?@:%")
	acl := miniredis.RunT(t)
	acl.RequireUserAuth("drill", "s3cr3t")
	dead := closedAddr(t)

	for _, row := range []struct {
		name, spec string
		opts       target.Options
		want       error // nil: opens
	}{
		{name: "plain", spec: "redis://" + plain.Addr()},
		{name: "scheme in capitals", spec: "REDIS://" + plain.Addr()},
		{name: "another name for redis", spec: "valkey://" + plain.Addr()},
		{name: "another name for rediss", spec: "valkeys://:s3cr3t@" + plain.Addr(), want: target.ErrUnreachable},
		{name: "TLS options need TLS under another name", spec: "valkey://" + plain.Addr(),
			opts: target.Options{TLS: target.TLS{Insecure: true}}, want: target.ErrUsage},
		{name: "another name for unix", spec: "redis+unix://" + filepath.Join(t.TempDir(), "none"), want: target.ErrUnreachable},
		{name: "relative socket under another name", spec: "redis+unix://relative/path", want: target.ErrUsage},
		{name: "database 0", spec: "redis://" + plain.Addr() + "/0"},
		{name: "database 3", spec: "redis://" + plain.Addr() + "/3", want: target.ErrUsage},
		{name: "unknown parameter", spec: "redis://" + plain.Addr() + "/?s3cr3t=1", want: target.ErrUsage},
		{name: "password in the URL", spec: "redis://:s3cr3t%2F%23%3F%40%3A%25@" + locked.Addr()},
		{name: "password beside the URL", spec: "redis://" + locked.Addr(),
			opts: target.Options{Password: "s3cr3t/#?@:%"}},
		{name: "the URL wins", spec: "redis://:s3cr3t%2F%23%3F%40%3A%25@" + locked.Addr(),
			opts: target.Options{Password: "s3cr3t-other"}},
		{name: "user in the URL, password beside it", spec: "redis://drill@" + acl.Addr(),
			opts: target.Options{Password: "s3cr3t"}},
		{name: "user and password beside it", spec: "redis://" + acl.Addr(),
			opts: target.Options{Username: "drill", Password: "s3cr3t"}},
		{name: "wrong password", spec: "redis://:s3cr3t-wrong@" + locked.Addr(), want: target.ErrRefused},
		{name: "no password", spec: "redis://" + locked.Addr(), want: target.ErrRefused},
		{name: "nobody listens", spec: "redis://:s3cr3t@" + dead, want: target.ErrUnreachable},
		{name: "TLS to a plain server", spec: "rediss://:s3cr3t@" + plain.Addr(), want: target.ErrUnreachable},
		{name: "TLS options without TLS", spec: "redis://" + plain.Addr(),
			opts: target.Options{TLS: target.TLS{Insecure: true}}, want: target.ErrUsage},
		{name: "no socket", spec: "unix://" + filepath.Join(t.TempDir(), "none"), want: target.ErrUnreachable},
		{name: "relative socket", spec: "unix://relative/path", want: target.ErrUsage},
		{name: "no path", spec: "unix://", want: target.ErrUsage},
		{name: "slash in a password", spec: "redis://:s3cr3t/x@localhost", want: target.ErrUsage},
		{name: "slash after digits", spec: "redis://:12/s3cr3t@localhost", want: target.ErrUsage},
		{name: "hash in a password", spec: "redis://:12#s3cr3t@localhost", want: target.ErrUsage},
		{name: "question mark in a password", spec: "redis://:12?s3cr3t@localhost", want: target.ErrUsage},
		{name: "per cent in a password", spec: "redis://:s3cr3t%zz@localhost", want: target.ErrUsage},
		{name: "bad port", spec: "redis://u:s3cr3t@localhost:port", want: target.ErrUsage},
		{name: "control byte", spec: "redis://u:s3cr3t\x01@localhost", want: target.ErrUsage},
		{name: "unknown scheme", spec: "http://u:s3cr3t@localhost", want: target.ErrUsage},
		{name: "no scheme", spec: "s3cr3t@localhost:6379", want: target.ErrUsage},
	} {
		t.Run(row.name, func(t *testing.T) {
			checked := target.Check(row.spec, row.opts)
			noSecret(t, checked)
			if (checked != nil) != errors.Is(row.want, target.ErrUsage) {
				t.Errorf("Check = %v, want the class of %v", checked, row.want)
			}
			tgt, err := target.Open(t.Context(), row.spec, row.opts)
			if row.want != nil {
				wantClass(t, err, row.want)
			} else if err != nil {
				t.Fatalf("Open: %v", err)
			}
			noSecret(t, err)
			if tgt != nil {
				noSecret(t, tgt)
				if tgt.Owned {
					t.Error("Owned = true, want false")
				}
				if err := tgt.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}
		})
	}
}

// TestURLProtocol: RESP3 is spoken only when the URL asks for it, and the server
// looks the same in both.
func TestURLProtocol(t *testing.T) {
	needServer(t)
	owned := open(t, "process", target.Options{})
	for _, row := range []struct {
		name, parameters string
		want             int
	}{
		{"none", "", 2},
		{"RESP2", "?protocol=2", 2},
		{"RESP3", "?protocol=3", 3},
		{"RESP3 among others", "?client_name=drill&protocol=3", 3},
		{"unknown", "?protocol=4", 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			tgt := open(t, "unix://"+owned.Options.Addr+row.parameters, target.Options{})
			if got := tgt.Options.Protocol; got != row.want || tgt.Options.MaxRetries != -1 {
				t.Errorf("Protocol = %d, MaxRetries = %d, want %d and -1", got, tgt.Options.MaxRetries, row.want)
			}
			if want := withoutWriting(owned.Caps); tgt.Caps != want {
				t.Errorf("Caps = %+v, want %+v", tgt.Caps, want)
			}
			hello, err := newClient(t, tgt).Do(t.Context(), "HELLO").Result()
			if _, isMap := hello.(map[any]any); err != nil || isMap != (row.want == 3) {
				t.Errorf("HELLO = %T, %v", hello, err)
			}
		})
	}
	if tgt, err := target.Open(t.Context(), "unix://"+owned.Options.Addr+"?protocol=three", target.Options{}); !errors.Is(err, target.ErrUsage) {
		t.Errorf("Open(?protocol=three) = %v, %v, want %v", tgt, err, target.ErrUsage)
	}
}

// noSecret fails when any printed form of v holds a part of a password.
func noSecret(tb testing.TB, v any) {
	tb.Helper()
	forms := []string{fmt.Sprint(v), fmt.Sprintf("%v", v), fmt.Sprintf("%s", v)}
	if tgt, ok := v.(*target.Target); ok {
		forms = append(forms, tgt.Description, tgt.Why, strings.Join(tgt.Unchecked, "\n"))
	}
	for _, form := range forms {
		if strings.Contains(form, "s3cr3t") {
			tb.Errorf("%q holds a password", form)
		}
	}
}

// withoutWriting returns what of c shows without writing.
func withoutWriting(c target.Caps) target.Caps {
	c.SmallZero, c.LargeZero = target.ZeroUnknown, target.ZeroUnknown
	return c
}

func TestURLLeavesTheServerAlone(t *testing.T) {
	needServer(t)
	owned := open(t, "process", target.Options{})
	client := newClient(t, owned)
	before := commandStats(t, client)
	reached := open(t, "unix://"+owned.Options.Addr, target.Options{})
	known := withoutWriting(owned.Caps)
	if reached.Caps != known {
		t.Errorf("Caps of the same server differ: %+v by URL, %+v owned", reached.Caps, known)
	}
	after := commandStats(t, client)
	for _, write := range []string{"xadd", "zadd", "del", "set", "flushall", "flushdb"} {
		if after[write] != before[write] {
			t.Errorf("probing called %s: %q before, %q after", write, before[write], after[write])
		}
	}
	dirty, err := client.Do(t.Context(), "INFO", "persistence").Text()
	if err != nil {
		t.Fatal(err)
	}
	if err := reached.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := client.Do(t.Context(), "PING").Result(); err != nil {
		t.Errorf("after Close of a URL the server is gone: %v", err)
	}
	again, err := client.Do(t.Context(), "INFO", "persistence").Text()
	if err != nil {
		t.Fatal(err)
	}
	const field = "rdb_changes_since_last_save:"
	if line(dirty, field) != line(again, field) {
		t.Errorf("changes: %q before, %q after", line(dirty, field), line(again, field))
	}
}

// closedAddr returns a loopback address on which nobody listens. A connection of
// the test holds its port, so that no server gets it meanwhile.
func closedAddr(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	held, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = held.Close() })
	return held.LocalAddr().String()
}
