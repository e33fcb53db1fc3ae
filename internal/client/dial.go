package client

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// New returns a client for the server that o describes, hardened, whose replies
// stay within [Kept]. It is the only place where a client is made: no reply
// reaches the client library unmeasured. O is not changed.
func New(o *redis.Options) *redis.Client {
	own := *o
	Harden(&own)
	bound(&own)
	return redis.NewClient(&own)
}

// NewStreamed is New for a client whose commands read their replies raw, piece
// by piece: they stay within [Streamed], and those to the greeting within [Kept].
// It must use one connection at a time.
func NewStreamed(o *redis.Options) *redis.Client {
	own := *o
	Harden(&own)
	last := bound(&own)
	greeted := own.OnConnect
	own.OnConnect = func(ctx context.Context, c *redis.Conn) error {
		if greeted != nil {
			if err := greeted(ctx, c); err != nil {
				return err
			}
		}
		if conn := last.Load(); conn != nil {
			conn.bounds.Store(&Streamed)
		}
		return nil
	}
	return redis.NewClient(&own)
}

// bound makes every connection of o a measured one and returns where the last
// of them is kept.
func bound(o *redis.Options) *atomic.Pointer[conn] {
	dial := dialer(o)
	last := new(atomic.Pointer[conn])
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		inner, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: inner}
		c.bounds.Store(&Kept)
		last.Store(c)
		if _, ok := inner.(syscall.Conn); ok {
			return probedConn{c}, nil
		}
		return c, nil
	}
	return last
}

// dialer returns how o dials, with the client library's own dialer where none
// is given.
func dialer(o *redis.Options) func(context.Context, string, string) (net.Conn, error) {
	if o.Dialer != nil {
		return o.Dialer
	}
	own := *o
	if own.DialTimeout == 0 {
		own.DialTimeout = 5 * time.Second
	}
	return redis.NewDialer(&own)
}

// Dialer returns options whose connections are handed to opened when they are
// made.
func Dialer(o *redis.Options, opened func(net.Conn)) *redis.Options {
	own := *o
	dial := dialer(o)
	own.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err == nil {
			opened(c)
		}
		return c, err
	}
	return &own
}

// conn is a connection on which no reply is larger than its bounds.
type conn struct {
	net.Conn
	bounds atomic.Pointer[Bounds]
	meter  meter
	broken error
}

// Read implements [net.Conn]. What it returns has been measured: a header is
// held back until its claim is known to be bearable.
func (c *conn) Read(p []byte) (int, error) {
	if c.broken != nil {
		return 0, c.broken
	}
	n, err := c.Conn.Read(p)
	c.meter.bounds = *c.bounds.Load()
	if broken := c.meter.feed(p[:n]); broken != nil {
		c.broken = broken
		_ = c.Conn.Close() // nothing more is read from it
		return 0, broken
	}
	return n, err
}

// probedConn is a conn of which the client library can tell, without reading,
// whether the server has closed it.
type probedConn struct{ *conn }

// SyscallConn implements [syscall.Conn].
func (c probedConn) SyscallConn() (syscall.RawConn, error) {
	inner, ok := c.conn.Conn.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return inner.SyscallConn()
}
