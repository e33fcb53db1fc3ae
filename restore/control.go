package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/redis/go-redis/v9"
)

// control is a connection beside the lanes: it looks at the server, and keeps the
// marker. A server may end it, as idle, while the lanes are at work; then it is
// opened again. So it sends only what can be sent twice.
type control struct {
	client *redis.Client
	runID  string // of the server, once it is known
	known  bool

	mu   sync.Mutex
	conn *redis.Conn
}

// ask calls do with a connection of database 0; once more with a fresh one when
// the connection breaks. Do leaves database 0 selected.
func (c *control) ask(ctx context.Context, do func(*redis.Conn) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		if err := c.open(ctx); err != nil {
			return err
		}
	}
	err := do(c.conn)
	if err == nil || ctx.Err() != nil || !isBroken(err) {
		return err
	}
	_ = c.conn.Close() // it is broken
	if again := c.open(ctx); again != nil {
		return fmt.Errorf("%w, after: %w", again, err)
	}
	return do(c.conn)
}

func (c *control) open(ctx context.Context) error {
	c.conn = c.client.Conn()
	if err := c.conn.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("%w: connect: %w", ErrTarget, err)
	}
	runID, err := serverRunID(ctx, c.conn)
	if err != nil {
		return err
	}
	if c.known && c.runID != runID {
		return fmt.Errorf("%w: the server was restarted", ErrTarget)
	}
	c.runID, c.known = runID, true
	return nil
}

// isBroken reports whether err says that the other side has ended a connection.
func isBroken(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) && !op.Timeout()
}
