package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"

	"redrill/keyspace"
)

// tampered returns options whose connections call read, once each, in place of
// the first read after a write that holds trigger.
func tampered(o *redis.Options, trigger string, read func(conn net.Conn, b []byte) (int, error)) *redis.Options {
	changed := *o
	changed.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, o.Network, o.Addr)
		return &tamperedConn{Conn: conn, trigger: []byte(trigger), read: read}, err
	}
	return &changed
}

type tamperedConn struct {
	net.Conn
	trigger []byte
	armed   bool
	read    func(conn net.Conn, b []byte) (int, error) // nil after the call
}

func (c *tamperedConn) Write(b []byte) (int, error) {
	c.armed = c.armed || bytes.Contains(b, c.trigger)
	return c.Conn.Write(b)
}

func (c *tamperedConn) Read(b []byte) (int, error) {
	if read := c.read; c.armed && read != nil {
		c.read = nil
		return read(c.Conn, b)
	}
	return c.Conn.Read(b)
}

// TestPush: what a server says without being asked is never taken for an
// answer: it is dropped, or the run ends.
func TestPush(t *testing.T) {
	keys := sampleKeys()
	s := startRedis(t)
	s.write(t, keys...)
	silent := redis7 // of a server that says nothing about itself only PONG is expected
	silent.Info, silent.Time = false, false
	for _, row := range []struct {
		name, push, want string // "" is no error
	}{
		{"that is dropped", ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\ns\r\n", ""},
		{"that the client library leaves to others", ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n", "push message"},
	} {
		for command, server := range map[string]Server{"INFO": redis7, "MGET": redis7, "XINFO": redis7, "PING": silent} {
			t.Run(row.name+", before "+command, func(t *testing.T) {
				o := tampered(s.over(3).Options, command, func(_ net.Conn, b []byte) (int, error) { return copy(b, row.push), nil })
				res, err := Run(t.Context(), o, func() (keyspace.Source, error) { return sliceSource{keys: keys}, nil },
					Options{Server: server, AsOfMs: asOfMs})
				switch {
				case row.want != "":
					if !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), row.want) {
						t.Errorf("Run() = %v, want %v with %q", err, ErrTarget, row.want)
					}
				case err != nil || len(res.Sample) > 0 || len(res.Invalid) > 0:
					t.Errorf("Run() = %+v, %v, want no difference", res, err)
				}
			})
		}
	}
}

// TestHostileReply: a reply that claims more than anybody can bear ends the run
// as a server that refuses, whatever was asked.
func TestHostileReply(t *testing.T) {
	keys := sampleKeys()
	s := startRedis(t)
	s.write(t, keys...)
	for _, text := range []string{"$9223372036854775807\r\n", "$9223372036854775806\r\nab", "*9223372036854775807\r\n", strings.Repeat("*1\r\n", 1000),
		strings.Repeat("|0\r\n", 1000)} {
		for _, command := range []string{"INFO", "MGET", "XINFO", "hello", "DBSIZE"} {
			t.Run(fmt.Sprintf("%.24q to %s", text, command), func(t *testing.T) {
				o := tampered(s.Options, command, func(_ net.Conn, b []byte) (int, error) { return copy(b, text), nil })
				server := redis7
				server.Info = command != "DBSIZE" // else the databases are swept
				_, err := Run(t.Context(), o, func() (keyspace.Source, error) { return sliceSource{keys: keys}, nil },
					Options{Server: server, AsOfMs: asOfMs})
				if !errors.Is(err, ErrTarget) || !errors.Is(err, client.ErrReply) {
					t.Errorf("Run() = %v, want %v", err, client.ErrReply)
				}
			})
		}
	}
}
