package restore_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/restore"
)

func lists(n int) []keyspace.Key {
	var keys []keyspace.Key
	for i := range n {
		keys = append(keys, keyspace.Key{Name: fmt.Sprintf("list %d", i), Value: keyspace.List{"0", "1", "2"}, ExpireAt: keyspace.ExpireAtMs(farMs)})
	}
	return keys
}

func checkLists(t *testing.T, s *server, n int) {
	t.Helper()
	r := newReader(t, s.client(t))
	if got := r.do("DBSIZE"); got != int64(n) {
		t.Errorf("DBSIZE = %v, want %d", got, n)
	}
	for i := range n {
		name := fmt.Sprintf("list %d", i)
		got, want := fmt.Sprintf("%v %v", r.do("LRANGE", name, 0, -1), r.expireAt(name)), "[0 1 2] 4102444800123ms"
		if got != want {
			t.Fatalf("%s = %v, want %v", name, got, want)
		}
	}
}

// TestRunRebuilds: whatever part of a pipeline the server had executed when the
// connection broke, or executes later, no list is doubled.
func TestRunRebuilds(t *testing.T) {
	for _, test := range []struct {
		name    string
		forward func(n int) int
	}{
		{"nothing arrived", func(int) int { return 0 }},
		{"half arrived", func(n int) int { return n / 2 }},
		{"replies lost", func(n int) int { return n }},
	} {
		for i, opts := range []restore.Options{{}, {Replace: true}, {NoScan: true}, {PipelineCommands: 40}, {Connections: 1, PipelineCommands: 10}} {
			t.Run(fmt.Sprintf("%s %+v", test.name, opts.PipelineCommands), func(t *testing.T) {
				s := startServer(t)
				p := startProxy(t, "unix", s.Socket, "RPUSH", test.forward)
				opts.Server = full
				base := &redis.Options{Addr: p.listener.Addr().String(), Protocol: bothProtocols[i%2]}
				got, err := restore.Run(t.Context(), base, seqOf(lists(100)...), opts)
				if err != nil || got.Keys != 100 || got.Rebuilt == 0 {
					t.Errorf("Run = %+v, %v, want 100 keys, some of them rebuilt", got, err)
				}
				checkLists(t, s, 100)
			})
		}
	}
}

// TestRunGivesUp: a broken connection ends the run when the keys cannot be
// rebuilt from what the pipeline holds.
func TestRunGivesUp(t *testing.T) {
	s := startServer(t)
	m := miniredis.RunT(t)
	large := parts(keyspace.Key{Name: "large", Value: keyspace.List{"a", "b", "c", "d"}}, 1)
	for _, test := range []struct {
		name          string
		network, addr string
		keys          []keyspace.Key
		opts          restore.Options
		want          string
	}{
		{"too large", "unix", s.Socket, large, restore.Options{PipelineCommands: 1}, `"large"`},
		{"no rebuilds", "unix", s.Socket, lists(1), restore.Options{Rebuilds: -1, Replace: true}, "connection broken"},
		{"connections without IDs", "tcp", m.Addr(), lists(1), restore.Options{}, "cannot be told"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := startProxy(t, test.network, test.addr, "RPUSH", func(n int) int { return n })
			_, err := restore.Run(t.Context(), &redis.Options{Addr: p.listener.Addr().String()}, seqOf(test.keys...), test.opts)
			if !errors.Is(err, restore.ErrTarget) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Run = %v, want ErrTarget with %q", err, test.want)
			}
		})
	}
}

// endless yields short lists for ever and calls at before key number n.
func endless(n int, at func()) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for i := range n + 200_000 { // enough for any run that has to end before
			if i == n {
				at()
			}
			if !yield(keyspace.Key{Name: fmt.Sprint(i), Value: keyspace.List{"a"}}, nil) {
				return
			}
		}
	}
}

func TestRunEndsWithItsServer(t *testing.T) {
	t.Run("killed", func(t *testing.T) {
		s := startServer(t)
		_, err := restore.Run(t.Context(), s.options(), endless(20_000, s.Stop), restore.Options{Server: full})
		if !errors.Is(err, restore.ErrTarget) {
			t.Errorf("Run = %v, want ErrTarget", err)
		}
	})
	t.Run("restarted", func(t *testing.T) {
		s := startServer(t)
		written := make(chan struct{})
		seq := endless(10, func() { // when the first pipeline is full
			<-written
			s.Stop()
			redistest.StartAt(t, s.Socket)
		})
		opts := restore.Options{Server: full, Connections: 1, PipelineCommands: 10,
			Progress: func(keys int64) {
				if keys == 10 {
					close(written)
				}
			}}
		_, err := restore.Run(t.Context(), s.options(), seq, opts)
		if !errors.Is(err, restore.ErrTarget) || !strings.Contains(fmt.Sprint(err), "restarted") {
			t.Errorf("Run = %v, want ErrTarget because of a restart", err)
		}
	})
	t.Run("never there", func(t *testing.T) {
		_, err := restore.Run(t.Context(), &redis.Options{Network: "unix", Addr: t.TempDir() + "/none"}, seqOf(lists(1)...), restore.Options{})
		if !errors.Is(err, restore.ErrTarget) {
			t.Errorf("Run = %v, want ErrTarget", err)
		}
	})
}

func TestRunReturnsTheErrorOfTheSequence(t *testing.T) {
	s := startServer(t)
	before := runtime.NumGoroutine()
	broken := errors.New("broken")
	_, err := restore.Run(t.Context(), s.options(), func(yield func(keyspace.Key, error) bool) {
		for _, k := range lists(3000) {
			if !yield(k, nil) {
				return
			}
		}
		yield(keyspace.Key{}, broken)
	}, restore.Options{Server: full})
	if !errors.Is(err, broken) || errors.Is(err, restore.ErrTarget) {
		t.Errorf("Run = %v, want %v", err, broken)
	}
	checkGoroutines(t, before)
}

func checkGoroutines(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, want %d\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}
