package client

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/secret"
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
	words := secret.New(known, o.Password)
	last := new(atomic.Pointer[conn])
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		inner, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: inner, words: words}
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

// conn is a connection on which no reply is larger than its bounds and no error
// of the server quotes the password.
type conn struct {
	net.Conn
	bounds atomic.Pointer[Bounds]
	meter  meter
	words  *secret.Scrubber

	refusal []byte // an error that is not complete yet
	ready   []byte // may be read
	last    error  // what reading ends with when nothing is ready
}

// Read implements [net.Conn]. What it returns has been measured: a header is
// held back until its claim is known to be bearable, an error until it is
// complete and scrubbed.
func (c *conn) Read(p []byte) (int, error) {
	for len(c.ready) == 0 {
		if c.last != nil {
			return 0, c.last
		}
		n, err := c.Conn.Read(p)
		c.meter.bounds = *c.bounds.Load()
		kept, broken := c.admit(p[:n])
		switch {
		case broken != nil:
			c.last = broken
			_ = c.Close() // nothing more is read from it
			return 0, broken
		case kept > 0 || n == 0:
			return kept, err
		}
		if err != nil {
			c.last = err
		}
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

// admit looks at what has come and returns how many bytes of it can be read
// where they are. The rest is ready, or held back.
func (c *conn) admit(p []byte) (kept int, err error) {
	for inPlace := true; len(p) > 0; {
		n, refusal, err := c.meter.step(p)
		if err != nil {
			return 0, err
		}
		switch inPlace = inPlace && !refusal; {
		case inPlace:
			kept += n
		case refusal:
			c.refusal = append(c.refusal, p[:n]...)
			if !c.meter.refusal {
				c.ready = append(c.ready, scrubbed(c.words, c.refusal)...)
				c.refusal = c.refusal[:0]
			}
		default:
			c.ready = append(c.ready, p[:n]...)
		}
		p = p[n:]
	}
	return kept, nil
}

// probedConn is a conn of which the client library can tell, without reading,
// whether the server has closed it.
type probedConn struct{ *conn }

// SyscallConn implements [syscall.Conn].
func (c probedConn) SyscallConn() (syscall.RawConn, error) {
	inner, ok := c.Conn.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return inner.SyscallConn()
}
