package restore_test

import (
	"bytes"
	"context"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/internal/crash/crashtest"
	"redrill/keyspace"
	"redrill/restore"
)

// TestRunPanics: what panics in a goroutine of a run panics in Run, with the
// stack it comes from, and no goroutine goes on.
func TestRunPanics(t *testing.T) {
	s := startServer(t)
	idle := make(chan struct{}) // the only lane waits for a pipeline
	for _, row := range []struct {
		name string
		base *redis.Options
		seq  keyspace.Seq
		opts restore.Options
		from string // a function of the stack
	}{
		{name: "a reply", base: panicking(s, "RPUSH"), seq: seqOf(lists(5000)...), from: "panickingConn"},
		{name: "the first reply of a connection", base: panicking(s, "CLIENT"), seq: seqOf(lists(5000)...), from: "panickingConn"},
		{name: "progress", base: s.options(), seq: seqOf(lists(5000)...), from: "acknowledge",
			opts: restore.Options{Progress: func(int64) { panic("boom") }}},
		{name: "the sequence", base: s.options(), seq: endless(3000, func() { panic("boom") }), from: "endless"},
		{name: "the sequence while a lane waits", base: s.options(), seq: endless(10, func() { <-idle; panic("boom") }), from: "endless",
			opts: restore.Options{Connections: 1, PipelineCommands: 20, Progress: func(int64) { close(idle) }}},
		{name: "the sequence before the first key", base: s.options(), seq: endless(0, func() { panic("boom") }), from: "endless"},
	} {
		t.Run(row.name, func(t *testing.T) {
			newReader(t, s.client(t)).do("FLUSHALL") // a row that waits for progress must not depend on Replace
			row.opts.Server, row.opts.Replace = full, true
			run := func() { _, _ = restore.Run(t.Context(), row.base, row.seq, row.opts) }
			crashtest.WantBoom(t, run, row.from, "restore.(*lane).serve(", "restore.(*run).fill(")
		})
	}
}

// panicking returns options whose connections panic in the first read after a
// write that holds trigger.
func panicking(s *server, trigger string) *redis.Options {
	o := s.options()
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return &panickingConn{Conn: conn, trigger: []byte(trigger)}, err
	}
	return o
}

type panickingConn struct {
	net.Conn
	trigger []byte
	armed   bool
}

func (c *panickingConn) Write(b []byte) (int, error) {
	c.armed = c.armed || bytes.Contains(b, c.trigger)
	return c.Conn.Write(b)
}

func (c *panickingConn) Read(b []byte) (int, error) {
	if c.armed {
		panic("boom")
	}
	return c.Conn.Read(b)
}
