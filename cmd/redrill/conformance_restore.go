package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"redrill/keyspace"
	"redrill/target"
	"redrill/verify"
)

// restored is a server that somebody else's restorer fills.
type restored struct {
	a      *app
	target *target.Target
	asOf   time.Time
}

// openRestored starts an empty server.
func (a *app) openRestored(ctx context.Context, to *targetFlags) (*restored, error) {
	asOf := time.UnixMilli(time.Now().UnixMilli())
	to = &targetFlags{spec: to.spec, image: to.image, connections: 1}
	t, err := a.openTarget(ctx, to, asOf)
	if err != nil {
		return nil, err
	}
	if t.Kind == target.KindEmbedded {
		a.closeTarget(t)
		return nil, fmt.Errorf("%w: a restorer needs a Redis: no Docker daemon with the image, and no redis-server on PATH", target.ErrUnreachable)
	}
	return &restored{a, t, asOf}, nil
}

// URL implements [pipeline.Server].
func (r *restored) URL() string {
	o := r.target.Options
	u := url.URL{Scheme: "redis", Host: o.Addr}
	if o.Network == "unix" {
		u = url.URL{Scheme: "unix", Path: o.Addr}
	}
	if o.Password != "" {
		u.User = url.UserPassword(o.Username, o.Password)
	}
	return u.String()
}

// Close implements [pipeline.Server].
func (r *restored) Close() { r.a.closeTarget(r.target) }

// Verify implements [pipeline.Server]. Keys whose time has passed are expected
// to be gone.
func (r *restored) Verify(ctx context.Context, keys []keyspace.Key) ([]verify.Difference, error) {
	var diffs []verify.Difference
	open := func() (keyspace.Source, error) { return keyspace.Memory{Held: keys}, nil }
	result, err := verify.Run(ctx, r.target.Options, open, verify.Options{
		Server:      verifyServer(r.target.Caps),
		AsOfMs:      r.asOf.UnixMilli(),
		Connections: 1,
		Now:         time.Now,
		Diffs:       func(d verify.Difference) { diffs = append(diffs, d) },
	})
	if err != nil {
		return nil, err
	}
	switch result.Outcome(verify.Allow{Unrepresentable: true, Empty: true}) {
	case verify.Verified:
		return nil, nil
	case verify.Different:
		if len(diffs) > 0 {
			return diffs, nil
		}
	case verify.Incomplete:
	}
	return nil, errors.New(strings.Join(append([]string{"the verification proves nothing"}, result.Invalid...), "; "))
}
