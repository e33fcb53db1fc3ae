package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/redis/go-redis/v9"
)

// server is a redis-server without persistence on a unix socket.
type server struct {
	dir, socket string
	cmd         *exec.Cmd
	client      *redis.Client
}

// startServer starts an empty server; close ends it.
func startServer(ctx context.Context) (*server, error) {
	dir, err := os.MkdirTemp("", "bench") // short: the path of a socket has to be
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, socket: filepath.Join(dir, "s")}
	s.cmd = exec.CommandContext(ctx, "redis-server",
		"--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no", "--dir", dir)
	s.client = redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, MaxRetries: 100, Protocol: 2})
	if err := s.cmd.Start(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	if err := s.client.Do(ctx, "PING").Err(); err != nil {
		s.close()
		return nil, fmt.Errorf("redis-server does not answer: %w", err)
	}
	return s, nil
}

func (s *server) url() string { return "unix://" + s.socket }

// holds fails unless the server holds n keys.
func (s *server) holds(ctx context.Context, n int64) error {
	got, err := s.client.Do(ctx, "DBSIZE").Int64()
	if err == nil && got != n {
		err = fmt.Errorf("DBSIZE = %d, want %d", got, n)
	}
	return err
}

func (s *server) close() {
	_ = s.client.Close()
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.dir)
}
