package target_test

import (
	"crypto/tls"
	"net/http/httptest"
	"os"
	"path/filepath"
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
