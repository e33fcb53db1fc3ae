package target_test

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"redrill/target"
)

func TestReasons(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	overTLS, err := miniredis.RunTLS(&tls.Config{Certificates: web.TLS.Certificates})
	must(t, err)
	t.Cleanup(overTLS.Close)
	wantsCert, err := miniredis.RunTLS(&tls.Config{Certificates: web.TLS.Certificates, ClientAuth: tls.RequireAndVerifyClientCert})
	must(t, err)
	t.Cleanup(wantsCert.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(ca, pemOf(web.Certificate().Raw), 0o600))
	plain := miniredis.RunT(t)
	locked := miniredis.RunT(t)
	locked.RequireAuth("s3cr3t")
	forbids := miniredis.RunT(t)
	forbids.Server().SetPreHook(func(c *server.Peer, _ string, _ ...string) bool {
		c.WriteError("NOPERM User default has no permissions to run the 'ping' command")
		return true
	})
	nobody := closedAddr(t)

	for _, row := range []struct {
		name, spec string
		opts       target.Options
		want       target.Reason
	}{
		{"no password", "redis://" + locked.Addr(), target.Options{}, target.ReasonNoPassword},
		{"wrong password", "redis://:no@" + locked.Addr(), target.Options{}, target.ReasonWrongPassword},
		{"may not ping", "redis://" + forbids.Addr(), target.Options{}, target.ReasonForbidden},
		{"plain to TLS", "redis://" + overTLS.Addr(), target.Options{}, target.ReasonSpeaksTLS},
		{"plain to TLS with a client certificate", "redis://" + wantsCert.Addr(), target.Options{}, target.ReasonSpeaksTLS},
		{"TLS to plain", "rediss://" + plain.Addr(), target.Options{}, target.ReasonSpeaksPlain},
		{"TLS to plain with a password", "rediss://:s3cr3t@" + locked.Addr(), target.Options{}, target.ReasonSpeaksPlain},
		{"not trusted", "rediss://" + overTLS.Addr(), target.Options{}, target.ReasonUntrusted},
		{"another name", "rediss://" + overTLS.Addr(), target.Options{TLS: target.TLS{CAFile: ca, ServerName: "example.org"}}, target.ReasonServerName},
		{"no client certificate", "rediss://" + wantsCert.Addr(), target.Options{TLS: target.TLS{CAFile: ca}}, target.ReasonWantsCert},
		{"nobody listens", "redis://" + nobody, target.Options{}, target.ReasonNobody},
		{"nobody listens, with TLS", "rediss://" + nobody, target.Options{}, target.ReasonNobody},
		{"no socket", "unix://" + filepath.Join(t.TempDir(), "none"), target.Options{}, target.ReasonNoSocket},
		{"a web server", "redis://" + speaks(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), target.Options{}, target.ReasonForeign},
		{"a web server over TLS", "rediss://" + web.Listener.Addr().String(), target.Options{TLS: target.TLS{CAFile: ca}}, target.ReasonForeign},
		{"a web server without TLS", "rediss://" + speaks(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), target.Options{}, target.ReasonForeign},
		{"SSH", "redis://" + speaks(t, "SSH-2.0-OpenSSH_9.6\r\n"), target.Options{}, target.ReasonForeign},
		{"nothing is said", "redis://" + speaks(t, ""), target.Options{}, target.ReasonNoAnswer},
		{"usage", "redis://" + nobody + "/3", target.Options{}, target.ReasonUnknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			tgt, err := target.Open(t.Context(), row.spec, row.opts)
			if err == nil {
				_ = tgt.Close()
				t.Fatal("opened")
			}
			if got := target.ReasonOf(err); got != row.want {
				t.Errorf("reason of %v = %q, want %q", err, got, row.want)
			}
			noSecret(t, err)
		})
	}
}

// speaks returns the address of a server that reads once, says text and hangs up.
func speaks(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 512))
			_, _ = c.Write([]byte(text))
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// TestRefusals: a server that answers is not called unreachable, and what it says is
// told in words of ours first.
func TestRefusals(t *testing.T) {
	locked := miniredis.RunT(t)
	locked.RequireAuth("s3cr3t")
	says := func(text string) string {
		m := miniredis.RunT(t)
		m.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
			if cmd != "HELLO" {
				c.WriteError(text)
			}
			return cmd != "HELLO"
		})
		return m.Addr()
	}
	for _, row := range []struct {
		name, spec string
		class      error
		want       string
	}{
		{"no password", "redis://" + locked.Addr(), target.ErrRefused, "the server wants a password: NOAUTH "},
		{"wrong password", "redis://:no@" + locked.Addr(), target.ErrRefused, "the server refuses this password: WRONGPASS "},
		{"forbidden", "redis://" + says("NOPERM no"), target.ErrRefused, "this user may not run PING: NOPERM no"},
		{"another error", "redis://" + says("LOADING later"), target.ErrRefused, "the server refuses: LOADING later"},
		{"a web server", "redis://" + speaks(t, "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"), target.ErrUnfit,
			`not a target: it answers, but is not a Redis: "HTTP/1.1 400 Bad Request"`},
		{"a web server, spoken to with TLS", "rediss://" + speaks(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), target.ErrUnfit,
			`not a target: it answers, but is not a Redis: "HTTP/1.1 400 Bad Request"`},
		{"half a line", "redis://" + speaks(t, "SSH-2.0-x"), target.ErrUnreachable, "target unreachable: ping: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := target.Open(t.Context(), row.spec, target.Options{})
			wantClass(t, err, row.class)
			if !strings.HasPrefix(err.Error(), row.want) {
				t.Errorf("Open = %v, want the beginning %q", err, row.want)
			}
		})
	}
}

// TestUnknownTargets: a word is quoted, and what may hold a password is not.
func TestUnknownTargets(t *testing.T) {
	for spec, want := range map[string]string{
		"dokcer":                  `unknown target "dokcer" (want auto, `,
		"localhost:6379":          `unknown target "localhost:6379"; did you mean redis://localhost:6379?`,
		"10.0.0.7:6379":           `unknown target "10.0.0.7:6379"; did you mean redis://10.0.0.7:6379?`,
		"reader:s3cr3t@host:6379": `unknown target (want auto, `,
		"s3cr3t:6379/x":           `unknown target (want auto, `,
		"s3cr3t":                  `unknown target (want auto, `,
	} {
		if err := target.Check(spec, target.Options{}); !errors.Is(err, target.ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("Check(%q) = %v, want %q in it", spec, err, want)
		}
	}
}
