package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/internal/owner"
)

// endServer ends the server that was started in d, if it still runs: where a
// process cannot die with its parent it outlives a kill -9. Whoever else answers
// at the socket is told nothing; that is an error.
func (d *directory) endServer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", d.socket())
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil // nobody listens
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	var started serverRecord
	if err := d.record(serverFile, &started); err != nil {
		return fmt.Errorf("a process listens on the socket, and redrill cannot tell which: %w", err)
	}
	if err := proveProcess(conn, started); err != nil {
		return err
	}
	client := newClient(overConn(conn))
	defer client.Close()
	if err := proveName(ctx, client, started); err != nil {
		return err
	}
	_ = client.Do(ctx, "SHUTDOWN", "NOSAVE").Err() // success is a closed connection
	return nil
}

// proveProcess compares who listens with the process that was started. Where
// the kernel does not say who listens, the name has to do.
func proveProcess(conn net.Conn, started serverRecord) error {
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("not a unix socket")
	}
	pid, err := peer(unixConn)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask which process listens on the socket: %w", err)
	}
	if pid != started.PID || owner.StartOf(pid) != started.Start {
		return fmt.Errorf("process %d listens on the socket, not the server that was started", pid)
	}
	return nil
}

// proveName compares the name and the process ID that the server says with those
// of the server that was started.
func proveName(ctx context.Context, conn *redis.Client, started serverRecord) error {
	settings, err := conn.ConfigGet(ctx, nameSetting).Result()
	if err != nil {
		return fmt.Errorf("ask the server for its name: %w", err)
	}
	info, err := conn.Info(ctx, "server").Result()
	if err != nil {
		return fmt.Errorf("ask the server for its process ID: %w", err)
	}
	pid, _ := client.Info(info).Field("process_id")
	if started.Name == "" || settings[nameSetting] != started.Name || pid != strconv.Itoa(started.PID) {
		return errors.New("another server answers, not the one that was started")
	}
	return nil
}

// overConn returns options whose one connection is conn.
func overConn(conn net.Conn) *redis.Options {
	o := baseOptions("unix", conn.RemoteAddr().String())
	o.PoolSize = 1
	used := false
	o.Dialer = func(context.Context, string, string) (net.Conn, error) {
		if used {
			return nil, os.ErrClosed
		}
		used = true
		return conn, nil
	}
	return o
}
