package verify

import (
	"context"
	"net"
	"testing"
	"time"

	"redrill/keyspace"
)

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
		o := *s.Options
		o.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, s.Options.Network, s.Options.Addr)
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
