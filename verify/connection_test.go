package verify

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"redrill/keyspace"
)

// TestConnectionAsksOneDatabase: what is asked about a database is answered by
// that one, whatever was asked before, or not at all.
func TestConnectionAsksOneDatabase(t *testing.T) {
	s := startRedis(t)
	s.do(t, "MSET", "a", "", "b", "")
	s.do(t, "SWAPDB", 0, 3)
	for _, protocol := range bothProtocols {
		c := newConnection(s.over(protocol).options)
		defer c.close()
		for i, row := range []struct {
			db   int
			want int64
		}{{0, 0}, {3, 2}, {0, 0}, {1, 0}, {3, 2}} {
			var r round
			size := r.add(0, "DBSIZE")
			if err := r.exec(t.Context(), c, row.db); err != nil {
				t.Fatal(err)
			}
			got := r.reply(size)
			if n, ok := got.integer(); !ok || n != row.want {
				t.Errorf("RESP%d, question %d: database %d has %d keys, %v, want %d", protocol, i, row.db, n, ok, row.want)
			}
		}
		var r round
		r.add(0, "DBSIZE")
		err := r.exec(t.Context(), c, 99)
		if !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), "SELECT") {
			t.Errorf("RESP%d: database 99 = %v, want %v about SELECT", protocol, err, ErrTarget)
		}
	}
}

// deadlineConn keeps the last deadline for reading.
type deadlineConn struct {
	net.Conn
	last *time.Time
}

func (c deadlineConn) SetReadDeadline(t time.Time) error {
	*c.last = t
	return c.Conn.SetReadDeadline(t)
}

// TestRunWaits for a reply as long as it is told, not as long as the client
// library does by itself.
func TestRunWaits(t *testing.T) {
	s := startRedis(t)
	for timeout, want := range map[time.Duration]time.Duration{0: 50 * time.Second, time.Hour: 50 * time.Minute} {
		var deadline time.Time
		o := *s.options
		o.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, s.options.Network, s.options.Addr)
			return deadlineConn{Conn: conn, last: &deadline}, err
		}
		begun := time.Now()
		open := func() (keyspace.Source, error) { return sliceSource{}, nil }
		if _, err := Run(t.Context(), &o, open, Options{Server: redis7, AsOfMs: asOfMs, Timeout: timeout}); err != nil {
			t.Fatal(err)
		}
		if got := deadline.Sub(begun); got < want {
			t.Errorf("with a timeout of %v a reply is waited for %v, want more than %v", timeout, got, want)
		}
	}
}
