package verify

import (
	"context"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
)

// connection is one connection to the server, of one goroutine. It is made when
// it is first used.
type connection struct {
	client   *redis.Client
	switched bool // another database than 0 may be selected
}

// newConnection describes a connection. Nothing is ever retried: a read that
// failed is an error (V1).
func newConnection(base *redis.Options) *connection {
	o := *base
	o.DB = 0
	o.PoolSize = 1
	o.MinIdleConns = 0
	client.Harden(&o)
	return &connection{client: redis.NewClient(&o)}
}

// selects returns the command that has to go in front of what is asked about a
// database, nil when there is none. It goes along every time: whether this is
// still the connection that selected a database is then no question.
func (c *connection) selects(ctx context.Context, db int) *redis.StatusCmd {
	if db == 0 && !c.switched {
		return nil
	}
	c.switched = true
	return redis.NewStatusCmd(ctx, "SELECT", db)
}

func (c *connection) close() { _ = c.client.Close() } // only read from; nothing can be lost

// bounded returns options whose connections wait no longer than timeout and end
// with ctx: the client library waits for a reply until its own read timeout,
// whatever happens to a context.
func bounded(ctx context.Context, base *redis.Options, timeout time.Duration) *redis.Options {
	o := *base
	o.ReadTimeout, o.WriteTimeout = timeout, timeout
	dial := o.Dialer
	if dial == nil {
		if o.DialTimeout == 0 {
			o.DialTimeout = 5 * time.Second
		}
		dial = redis.NewDialer(&o)
	}
	bounded := o
	bounded.Dialer = func(dialCtx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(dialCtx, network, addr)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	return &bounded
}
