package restore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/restore"
)

// killAll ends every connection but that of r, as a server does that finds them
// idle.
func killAll(r reader) { r.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes") }

// TestIdleConnectionsAreOpenedAgain: a server may end every connection of a run at
// any time that nothing is under way on it.
func TestIdleConnectionsAreOpenedAgain(t *testing.T) {
	large := parts(keyspace.Key{Name: "large", Value: keyspace.List{"a", "b", "c", "d"}}, 1)
	for _, opts := range []restore.Options{{}, {RunID: "a"}, {Replace: true, RunID: "a"}, {NoScan: true}} {
		for _, args := range [][]string{nil, {"--rename-command", "INFO", ""}} {
			t.Run(fmt.Sprintf("%+v %v", opts.RunID, args), func(t *testing.T) {
				s := startServer(t, args...)
				r := newReader(t, s.client(t))
				written := make(chan int64, 100)
				opts.Server, opts.Connections, opts.PipelineCommands = full, 1, 1
				opts.Progress = func(n int64) { written <- n }
				hung := make(chan struct{})
				giveUp := time.AfterFunc(time.Minute, func() { close(hung) })
				defer giveUp.Stop()
				wait := func(n int64) {
					for got := int64(-1); got != n; {
						select {
						case got = <-written:
						case <-hung:
							return
						}
					}
				}
				seq := func(yield func(keyspace.Key, error) bool) {
					for _, k := range lists(2) { // two commands each
						k.ExpireAt = keyspace.ExpireAt{}
						if !yield(k, nil) {
							return
						}
					}
					wait(2)
					killAll(r)
					for _, k := range large {
						if !yield(k, nil) {
							return
						}
						if k.Part == 1 { // both parts have been sent: their key is under way
							wait(2)
							wait(2)
							killAll(r)
						}
					}
					if !yield(keyspace.Key{DB: 3, Name: "last", Value: keyspace.String("v")}, nil) {
						return
					}
					wait(3)
					killAll(r)
				}
				if _, err := restore.Run(t.Context(), s.options(), seq, opts); err != nil {
					t.Fatalf("Run = %v", err)
				}
				if got := fmt.Sprint(r.do("LRANGE", "large", 0, -1)); got != "[a b c d]" {
					t.Errorf("large = %v", got)
				}
			})
		}
	}
}

// TestARestartIsNoIdleConnection: a server that was restarted is another.
func TestARestartIsNoIdleConnection(t *testing.T) {
	s := startServer(t)
	written := make(chan int64, 100)
	seq := beforeTheEnd(func() {
		<-written
		s.Stop()
		redistest.StartAt(t, s.Socket)
	}, lists(1)...)
	opts := restore.Options{Server: full, Connections: 1, PipelineCommands: 1, Progress: func(n int64) { written <- n }}
	_, err := restore.Run(t.Context(), s.options(), seq, opts)
	if err == nil || !strings.Contains(err.Error(), "restarted") {
		t.Errorf("Run = %v, want an error about a restart", err)
	}
}
