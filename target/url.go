package target

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
)

// schemes are the schemes of URLs, with the one that means the same to the
// client library.
var schemes = map[string]string{
	"redis": "redis", "valkey": "redis",
	"rediss": "rediss", "valkeys": "rediss",
	"unix": "unix", "redis+unix": "unix", "valkey+unix": "unix",
}

// openURL reaches a server that is already there.
func openURL(ctx context.Context, spec string, opts Options) (*Target, error) {
	o, err := parseURL(spec, opts)
	if err != nil {
		return nil, err
	}
	t := &Target{
		Kind:        KindURL,
		Options:     o,
		Description: schemeOf(spec) + "://" + o.Addr,
	}
	t, err = finish(ctx, t, opts)
	if errors.Is(err, ErrUnreachable) && ReasonOf(err) == ReasonUnknown {
		err = because(ReasonNoAnswer, err)
	}
	return t, err
}

// parseURL turns a URL into options. It quotes nothing of the URL but its
// scheme in an error: a password with an unescaped "/" or "#" ends up in the
// port, the path or the query, and from there in the errors of net/url and of
// go-redis.
func parseURL(spec string, opts Options) (*redis.Options, error) {
	scheme := schemeOf(spec)
	refuse := func(reason string) error {
		return fmt.Errorf("%w: %s://…: %s", ErrUsage, scheme, reason)
	}
	const hint = " (in a password write / ? # @ : % as %2F %3F %23 %40 %3A %25)"
	u, err := url.Parse(spec)
	if err != nil {
		return nil, refuse("not a URL" + hint)
	}
	if u.Fragment != "" || strings.Contains(u.Path, "@") || strings.Contains(u.RawQuery, "@") {
		return nil, refuse("unexpected @ or # after the host" + hint)
	}
	o, err := redis.ParseURL(schemes[scheme] + spec[len(scheme):])
	if err != nil {
		return nil, refuse("unknown path or parameter, or a bad value in it" + hint)
	}
	switch {
	case schemes[scheme] == "unix" && u.Host != "":
		return nil, refuse("the path of the socket must be absolute: unix:///path/to/redis.sock")
	case o.DB != 0:
		return nil, refuse("leave the database number out: keys go to the databases they come from")
	case o.TLSConfig == nil && opts.TLS != TLS{}:
		return nil, refuse("TLS options need rediss://")
	}
	if o.TLSConfig != nil {
		if err := opts.TLS.apply(o.TLSConfig); err != nil {
			return nil, err
		}
	}
	if o.Username == "" {
		o.Username = opts.Username
	}
	if o.Password == "" {
		o.Password = opts.Password
	}
	harden(o)
	return o, nil
}

func schemeOf(spec string) string {
	scheme, _, _ := strings.Cut(spec, "://")
	return strings.ToLower(scheme)
}
