package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"strings"

	"redrill/internal/interrupt"
	"redrill/internal/secret"
)

// passwordVariable is the environment variable that holds the password of a
// URL target, so that it need not stand on a command line.
const passwordVariable = "REDRILL_PASSWORD"

const (
	// passwordBytes bounds a password file: what is larger holds no password.
	passwordBytes = 64 << 10
	// netBytes is the length from which a secret is looked for in all that this
	// command says, in its own words too. Those of a server are scrubbed where
	// they come in, whatever the length.
	netBytes = 6
)

// takePassword returns the password of the environment and removes it there: no
// program that this command starts inherits it.
func takePassword() string {
	password := os.Getenv(passwordVariable)
	_ = os.Unsetenv(passwordVariable) // fails for malformed names only
	return password
}

// keepSecret makes sure that nothing on standard error shows a secret.
func (a *app) keepSecret(secrets ...string) {
	for _, s := range secrets {
		if len(s) >= netBytes {
			a.secrets = append(a.secrets, s)
		}
	}
	a.scrubber = secret.New(nil, a.secrets...)
}

// urlPassword returns the password in a URL, if it has one that can be told.
func urlPassword(spec string) string {
	u, err := url.Parse(spec)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

// passwordsIn returns the passwords of URLs in the words of a command line,
// wherever they stand: a word may be in the wrong place.
func passwordsIn(args []string) (all []string) {
	for _, arg := range args {
		if scheme := strings.Index(arg, "://"); scheme >= 0 {
			from := strings.LastIndexAny(arg[:scheme], "= '\"") + 1
			all = append(all, urlPassword(arg[from:]))
		}
	}
	return all
}

// scrubbedWriter passes on what is written without secrets. Every call has to
// write whole lines.
type scrubbedWriter struct{ a *app }

// Write implements [io.Writer].
func (w scrubbedWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.a.stderr, w.a.scrubber.Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// readPassword reads a password file. One that never ends, or a FIFO without a
// writer, is no reason to hang.
func (a *app) readPassword(ctx context.Context, path string) (string, error) {
	p, err := interrupt.Call(ctx, func() (passwordFile, error) { return passwordIn(path) }, func(passwordFile) {})
	if err != nil {
		return "", err
	}
	if p.open {
		a.log.Warn("every user of this machine can read the password file", "file", path, "hint", "chmod 600")
	}
	return p.text, nil
}

// passwordFile is what a password file says; open means that every user can read it.
type passwordFile struct {
	text string
	open bool
}

func passwordIn(path string) (p passwordFile, err error) {
	f, err := os.Open(path)
	if err != nil {
		return p, fmt.Errorf("read the password file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read from
	b, err := io.ReadAll(io.LimitReader(f, passwordBytes+1))
	if err != nil {
		return p, fmt.Errorf("read the password file: %w", err)
	}
	if len(b) > passwordBytes {
		return p, usagef("the password file %s is larger than %d bytes: it does not hold a password", path, passwordBytes)
	}
	info, err := f.Stat()
	p.open = err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0
	p.text = strings.TrimRight(string(b), "\r\n")
	return p, nil
}
