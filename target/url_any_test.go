package target

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAnyURL: whatever stands where a URL should be, the answer is options or an
// error; no error quotes the password.
func TestAnyURL(t *testing.T) {
	const password = "sEcReT"
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "host", "127.0.0.1", "[::1]", "[", "]", ":", "@", "/", "//", "#", "?", "%", "%zz", "%2F", ":6379", ":0", ":99999", ":x",
			"/0", "/15", "/x", "?db=1", "?protocol=3", "?protocol=9", "?dial_timeout=x", "?addr=a:1", " ", "\x00", "\n", "\xff", "é",
			"user", "user:", password, ":" + password + "@", "user:" + password + "@", password + "/" + password + "@", "?password=" + password,
		}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom([]string{"redis", "rediss", "unix", "valkey", "valkeys", "redis+unix", "valkey+unix", "REDIS"}).Draw(t, "scheme")
		spec := scheme + "://" + strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		opts := Options{TLS: TLS{ServerName: rapid.SampledFrom([]string{"", "name"}).Draw(t, "name")}}
		o, err := parseURL(spec, opts)
		if (o == nil) == (err == nil) {
			t.Fatalf("parseURL(%q) = %v, %v, want options or an error", spec, o, err)
		}
		// An unknown word is no URL at all, and not quoted either.
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("parseURL(%q) = %v, which quotes the password", spec, err)
		}
		if err == nil && o.DB != 0 {
			t.Errorf("parseURL(%q) has the database %d", spec, o.DB)
		}
	})
}

// TestAnyTarget: a word that is no kind of target is refused before anything is
// asked or started.
func TestAnyTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.StringMatching(`[a-zA-Z0-9:/@ ._-]{0,20}`).Draw(t, "spec")
		scheme := schemeOf(spec)
		if known := schemes[scheme] != "" && strings.Contains(spec, "://"); known || spec == Auto ||
			spec == string(KindDocker) || spec == string(KindProcess) || spec == string(KindEmbedded) {
			t.Skip("it is one")
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if target, err := Open(ctx, spec, Options{}); err == nil {
			target.Close()
			t.Errorf("Open(%q) found a target", spec)
		}
	})
}
