package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// TestNoOutputQuotesThePassword: a server may take the password on its first
// connections and refuse it on any later one, and quote it as it likes.
func TestNoOutputQuotesThePassword(t *testing.T) {
	const password = "s3cr3t \"\\é"
	quotings := map[string]string{
		"raw": password, "Go": strconv.Quote(password), "ASCII": strconv.QuoteToASCII(password),
		"query": url.QueryEscape(password), "path": url.PathEscape(password), "Redis": `"s3cr3t \"\\\xc3\xa9"`,
	}
	snapshot := writeSnapshot(t, snapshots["types"]())
	for _, verb := range []string{"restore", "verify"} {
		for name, quoted := range quotings {
			t.Run(verb+" "+name, func(t *testing.T) {
				refusals, last := 0, ""
				for taken := range 12 {
					s := miniredis.RunT(t)
					s.RequireUserAuth("default", password)
					var auths atomic.Int64 // connections dial side by side
					s.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
						if cmd != "AUTH" && (cmd != "HELLO" || !slices.Contains(args, password)) {
							return false
						}
						if auths.Add(1) <= int64(taken) {
							return false
						}
						c.WriteError("WRONGPASS is " + quoted + " and again '" + quoted + "'")
						return true
					})
					t.Setenv(passwordVariable, password)
					status, out := redrill(t, verb, snapshot, "--target", "redis://"+s.Addr(), "--json", "-v")
					last = fmt.Sprintf("%d:\n%s", status, out)
					if status == exitTarget {
						refusals++
					}
					if strings.Contains(out, "s3cr3t") {
						t.Errorf("after %d connections, status %d: the password is shown:\n%s", taken, status, out)
					}
				}
				if refusals < 2 {
					t.Errorf("%d refusals, want more: this test shows nothing; the last run ended with %s", refusals, last)
				}
			})
		}
	}
}

func TestPasswordFile(t *testing.T) {
	s := miniredis.RunT(t)
	s.RequireAuth("s3cr3t")
	snapshot := writeSnapshot(t, snapshots["types"]())
	file := func(mode os.FileMode, content string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const open = "can read the password file"
	for _, row := range []struct {
		name, path string
		status     int // of verify: 1, the server is empty
		words      string
	}{
		{"private", file(0o600, "s3cr3t\r\n"), exitDifferences, ""},
		{"for all to read", file(0o644, "s3cr3t"), exitDifferences, open},
		{"for all to read but wrong", file(0o604, "wrong"), exitTarget, open},
		{"none", filepath.Join(t.TempDir(), "none"), exitUsage, "read the password file"},
		{"endless", "/dev/zero", exitUsage, "larger than 65536 bytes"},
		{"too long", file(0o600, strings.Repeat("x", 64<<10+1)), exitUsage, "larger than 65536 bytes"},
		{"as long as may be", file(0o600, strings.Repeat("x", 64<<10)), exitTarget, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := os.Stat(row.path); row.name == "endless" && err != nil {
				t.Skip("no /dev/zero")
			}
			if row.words == open && runtime.GOOS == "windows" {
				t.Skip("modes say nothing here")
			}
			status, out := redrill(t, "verify", snapshot, "--target", "redis://"+s.Addr(), "--password-file", row.path)
			if status != row.status || !strings.Contains(out, row.words) || (row.words != open) == strings.Contains(out, open) {
				t.Errorf("status %d, want %d and %q:\n%s", status, row.status, row.words, out)
			}
		})
	}
}

// TestNoChildInheritsThePassword: neither a program under test nor the server
// that redrill starts.
func TestNoChildInheritsThePassword(t *testing.T) {
	t.Setenv(passwordVariable, "s3cr3t-of-the-environment")
	a := &app{stdin: strings.NewReader(""), stdout: &strings.Builder{}, stderr: &strings.Builder{}}
	if status := a.execute(context.WithoutCancel(t.Context()), []string{"version"}); status != exitVerified {
		t.Fatalf("status %d", status)
	}
	if a.password != "s3cr3t-of-the-environment" {
		t.Errorf("password = %q", a.password)
	}
	for _, variable := range os.Environ() {
		if strings.Contains(variable, "s3cr3t") {
			t.Errorf("a child inherits %s", variable)
		}
	}
}

// TestSecretsAreCaught: the net below what this command says itself.
func TestSecretsAreCaught(t *testing.T) {
	var stderr strings.Builder
	a := &app{stderr: &stderr}
	a.keepSecret("s3cr3t", "", "short", urlPassword("redis://u:p%2Fssword@host"), urlPassword("redis://host"))
	a.say("one s3cr3t, short, p/ssword and p%%2Fssword")
	_, _ = fmt.Fprint(scrubbedWriter{a}, "two s3cr3t\n") // what arrives is looked at
	if got, want := stderr.String(), "one ***, short, *** and ***\ntwo ***\n"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}
