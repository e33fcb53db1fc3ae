package target_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"redrill/target"
)

// TestCAReplacesTheSystems: with --tls-ca a server is not trusted because an
// authority of the operating system signed its certificate. These are read once
// in the life of a process, so that the test runs itself in another.
func TestCAReplacesTheSystems(t *testing.T) {
	if addr := os.Getenv("REDRILL_TEST_TLS"); addr != "" {
		tgt, err := target.Open(t.Context(), "rediss://"+addr, target.Options{})
		if err != nil {
			t.Fatalf("trusted by the system: %v", err)
		}
		_ = tgt.Close()
		tgt, err = target.Open(t.Context(), "rediss://"+addr, target.Options{TLS: target.TLS{CAFile: os.Getenv("REDRILL_TEST_CA")}})
		if err == nil {
			_ = tgt.Close()
		}
		if got := target.ReasonOf(err); got != target.ReasonUntrusted {
			t.Errorf("trusted by the system, not by the CA that was named: %v, want %s", err, target.ReasonUntrusted)
		}
		return
	}
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	s, err := miniredis.RunTLS(&tls.Config{Certificates: web.TLS.Certificates})
	must(t, err)
	t.Cleanup(s.Close)
	dir := t.TempDir()
	system, other := filepath.Join(dir, "system.pem"), filepath.Join(dir, "other.pem")
	must(t, os.WriteFile(system, pemOf(web.Certificate().Raw), 0o600))
	must(t, os.WriteFile(other, pemOf(authority(t)), 0o600))

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestCAReplacesTheSystems$")
	cmd.Env = append(os.Environ(), "REDRILL_TEST_TLS="+s.Addr(), "REDRILL_TEST_CA="+other, "SSL_CERT_FILE="+system, "SSL_CERT_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// authority returns the certificate of an authority that signed nothing.
func authority(tb testing.TB) []byte {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	must(tb, err)
	return der
}
