package target

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
)

// newClient returns a client whose replies are bounded.
func newClient(o *redis.Options) *redis.Client { return client.New(o) }

const pingCommand = "*1\r\n$4\r\nPING\r\n"

// pongReply bounds what is read of the answer to PING.
const pongReply = 1 << 10

// dial opens one connection as o says, bounded by ctx. The pool of go-redis
// reports a refused connection on the standard logger and then waits a second;
// whether a server is there is asked here first.
func dial(ctx context.Context, o *redis.Options) (net.Conn, error) {
	switch {
	case o.Dialer != nil:
		return o.Dialer(ctx, o.Network, o.Addr)
	case o.TLSConfig != nil:
		ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		return (&tls.Dialer{Config: o.TLSConfig}).DialContext(ctx, o.Network, o.Addr)
	}
	return (&net.Dialer{}).DialContext(ctx, o.Network, o.Addr)
}

// answers reports, as nil, that a server without a password is ready to serve:
// it answers PING with PONG, not with an error such as LOADING.
func answers(ctx context.Context, network, addr string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	line, err := firstLine(ctx, conn, pingCommand)
	if err != nil {
		return err
	}
	if line = strings.TrimSpace(line); line != "+PONG" {
		return errors.New("PING answered with " + fmt.Sprintf("%.80q", line))
	}
	return nil
}

// firstLine sends a command and returns the first line of the answer.
func firstLine(ctx context.Context, conn net.Conn, command string) (string, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := conn.Write([]byte(command)); err != nil {
		return "", err
	}
	return bufio.NewReader(io.LimitReader(conn, pongReply)).ReadString('\n')
}
