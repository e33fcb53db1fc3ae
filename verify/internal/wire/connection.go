package wire

import (
	"context"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
)

// Connection is one connection to the server, of one goroutine. It is made when
// it is first used.
type Connection struct {
	client   *redis.Client
	switched bool // another database than 0 may be selected
	pause    func(context.Context, time.Duration) error
}

// NewConnection describes a connection. Nothing is ever retried: a read that
// failed is an error (V1).
func NewConnection(base *redis.Options) *Connection {
	o := *base
	o.DB = 0
	o.PoolSize = 1
	o.MinIdleConns = 0
	return &Connection{client: client.NewStreamed(&o), pause: Wait}
}

// selects reports whether a database has to be selected before something is
// asked about it. It is selected every time: whether this is still the
// connection that selected it is then no question.
func (c *Connection) selects(db int) bool {
	c.switched = c.switched || db != 0
	return c.switched
}

// Close closes the connection. It was only read from: nothing can be lost.
func (c *Connection) Close() { _ = c.client.Close() }

// Bounded returns options whose connections wait no longer than timeout and end
// with ctx: the client library waits for a reply until its own read timeout,
// whatever happens to a context.
func Bounded(ctx context.Context, base *redis.Options, timeout time.Duration) *redis.Options {
	o := *base
	o.ReadTimeout, o.WriteTimeout = timeout, timeout
	return client.Dialer(&o, func(conn net.Conn) {
		context.AfterFunc(ctx, func() { _ = conn.Close() })
	})
}

// Wait returns when d has passed, or with the error of ctx.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
