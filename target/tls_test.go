package target_test

import (
	"crypto/tls"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"redrill/target"
)

func TestTLS(t *testing.T) {
	// The certificate of httptest is for 127.0.0.1 and example.com.
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	s, err := miniredis.RunTLS(&tls.Config{Certificates: web.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca := write("ca.pem", pemOf(web.Certificate().Raw))
	junk := write("junk.pem", []byte("no certificate"))

	for _, row := range []struct {
		name string
		tls  target.TLS
		want error // nil: opens
	}{
		{"trusted", target.TLS{CAFile: ca}, nil},
		{"trusted under its other name", target.TLS{CAFile: ca, ServerName: "example.com"}, nil},
		{"another name", target.TLS{CAFile: ca, ServerName: "example.org"}, target.ErrUnreachable},
		{"not trusted", target.TLS{}, target.ErrUnreachable},
		{"not verified", target.TLS{Insecure: true}, nil},
		{"no such CA file", target.TLS{CAFile: filepath.Join(dir, "none")}, target.ErrUsage},
		{"no CA in the file", target.TLS{CAFile: junk}, target.ErrUsage},
		{"certificate without key", target.TLS{CertFile: ca}, target.ErrUsage},
		{"no key in the file", target.TLS{CertFile: ca, KeyFile: junk}, target.ErrUsage},
	} {
		t.Run(row.name, func(t *testing.T) {
			tgt, err := target.Open(t.Context(), "rediss://"+s.Addr(), target.Options{TLS: row.tls})
			if row.want != nil {
				wantClass(t, err, row.want)
			} else if err != nil {
				t.Fatalf("Open: %v", err)
			}
			if tgt != nil {
				_ = tgt.Close()
			}
		})
	}
}

func pemOf(certificate []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
}
