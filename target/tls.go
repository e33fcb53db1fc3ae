package target

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLS says how to trust a server and to be trusted by it. The zero value uses
// the certificates of the operating system and the host name of the URL.
type TLS struct {
	CAFile     string // PEM; trusted instead of the certificates of the operating system
	CertFile   string // PEM; client certificate, together with KeyFile
	KeyFile    string // PEM
	ServerName string // expected name, instead of the URL's host
	Insecure   bool   // do not verify the server at all
}

// apply changes c as t says. Errors are [ErrUsage].
func (t TLS) apply(c *tls.Config) error {
	if t.ServerName != "" {
		c.ServerName = t.ServerName
	}
	if t.Insecure {
		c.InsecureSkipVerify = true
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return fmt.Errorf("%w: read CA certificates: %w", ErrUsage, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("%w: %s holds no certificate in PEM", ErrUsage, t.CAFile)
		}
	}
	if t.CertFile == "" && t.KeyFile == "" {
		return nil
	}
	if t.CertFile == "" || t.KeyFile == "" {
		return fmt.Errorf("%w: a client certificate needs its key, and a key its certificate", ErrUsage)
	}
	cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return fmt.Errorf("%w: read client certificate: %w", ErrUsage, errors.New(err.Error()))
	}
	c.Certificates = []tls.Certificate{cert}
	return nil
}
