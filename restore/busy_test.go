package restore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	miniserver "github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// busyServer refuses the first n of each of the commands as BUSY.
func busyServer(t *testing.T, n int, commands ...string) *miniredis.Miniredis {
	t.Helper()
	var mu sync.Mutex
	refused := map[string]int{}
	return oldServer(t, func(cmd string, _ []string) string {
		mu.Lock()
		defer mu.Unlock()
		if !slices.Contains(commands, cmd) || refused[cmd] >= n {
			return ""
		}
		refused[cmd]++
		return "BUSY server overloaded"
	})
}

// TestRunIsPatient: what a busy server refused is built again after a pause, and no
// element is written twice.
func TestRunIsPatient(t *testing.T) {
	for _, row := range []struct {
		name     string
		commands []string
		opts     restore.Options
	}{
		{"in the middle", []string{"RPUSH"}, restore.Options{}},
		{"in the end", []string{"PEXPIREAT"}, restore.Options{}},
		{"while it builds again", []string{"RPUSH", "DEL"}, restore.Options{}},
		{"while it asks", []string{"EXISTS", "RPUSH"}, restore.Options{NoScan: true}},
		{"while it replaces", []string{"DEL"}, restore.Options{Replace: true}},
		{"while it probes", []string{"SET"}, restore.Options{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := busyServer(t, 3, row.commands...)
			var pauses []int
			var mu sync.Mutex
			opts := row.opts
			opts.Connections, opts.Needs = 1, needsOf(lists(10)...)
			opts.Pause = func(_ context.Context, tries int) error {
				mu.Lock()
				defer mu.Unlock()
				pauses = append(pauses, tries)
				return nil
			}
			result, err := restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, seqOf(lists(10)...), opts)
			if err != nil || result.Keys != 10 {
				t.Fatalf("Run = %+v, %v", result, err)
			}
			for _, k := range lists(10) {
				if got, err := m.List(k.Name); err != nil || !slices.Equal(got, k.Value.(keyspace.List)) || m.TTL(k.Name) == 0 {
					t.Errorf("%s = %q, %v, want %q", k.Name, got, err, k.Value)
				}
			}
			if row.name != "while it probes" && (len(pauses) == 0 || !slices.IsSorted(pauses)) {
				t.Errorf("pauses: %v", pauses)
			}
		})
	}
}

// TestPatienceEnds: after some tries, at an interrupt, and where a key cannot be
// built again.
func TestPatienceEnds(t *testing.T) {
	large := parts(keyspace.Key{Name: "large", Value: keyspace.List{"a", "b", "c", "d"}}, 1)
	for _, row := range []struct {
		name   string
		keys   []keyspace.Key
		opts   restore.Options
		pauses int
	}{
		{"tries", lists(1), restore.Options{}, 10},
		{"large", large, restore.Options{PipelineCommands: 1}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := busyServer(t, 1000, "RPUSH")
			pauses := 0
			opts := row.opts
			opts.Connections = 1
			opts.Pause = func(context.Context, int) error { pauses++; return nil }
			_, err := restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, seqOf(row.keys...), opts)
			if !errors.Is(err, restore.ErrTarget) || restore.Code(err) != "BUSY" || pauses != row.pauses {
				t.Errorf("Run = %v after %d pauses, want BUSY after %d", err, pauses, row.pauses)
			}
		})
	}
	t.Run("interrupt", func(t *testing.T) {
		m := busyServer(t, 1000, "RPUSH")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m.Server().SetPreHook(func(c *miniserver.Peer, cmd string, _ ...string) bool {
			if cmd == "RPUSH" {
				cancel()
				c.WriteError("BUSY server overloaded")
			}
			return cmd == "RPUSH"
		})
		_, err := restore.Run(ctx, &redis.Options{Addr: m.Addr()}, seqOf(lists(1)...), restore.Options{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v, want %v", err, context.Canceled)
		}
	})
}

// TestCleanUpIsPatient: a busy server keeps nothing of a run that failed.
func TestCleanUpIsPatient(t *testing.T) {
	m := busyServer(t, 3, "TYPE")
	keys := lists(10)
	var pauses []int
	opts := restore.Options{Connections: 1, PipelineCommands: 2, RunID: "a", Needs: needsOf(keys...), Again: again(keys...)}
	opts.Pause = func(_ context.Context, tries int) error { pauses = append(pauses, tries); return nil }
	wait := written(&opts)
	result, err := restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, endsWith(errSource, len(keys)-1, wait, keys...), opts)
	if !errors.Is(err, errSource) {
		t.Fatalf("Run = %v, want %v", err, errSource)
	}
	if u := result.CleanUp; u == nil || u.Written == 0 || u.Removed != u.Written || u.Left != 0 {
		t.Errorf("clean-up: %+v", u)
	}
	if len(m.Keys()) > 0 || len(pauses) == 0 {
		t.Errorf("%q are left after the pauses %v", m.Keys(), pauses)
	}
}

// TestCleanUpInPieces: the names of all keys that a run wrote are not held at once.
func TestCleanUpInPieces(t *testing.T) {
	var mu sync.Mutex
	inARow, most := 0, 0
	m := oldServer(t, func(cmd string, _ []string) string {
		mu.Lock()
		defer mu.Unlock()
		switch cmd {
		case "TYPE":
			inARow++
			most = max(most, inARow)
		case "DEL":
			inARow = 0
		}
		return ""
	})
	keys := make([]keyspace.Key, 2000)
	for i := range keys {
		keys[i] = keyspace.Key{Name: fmt.Sprint(i), Value: keyspace.String("v")}
	}
	opts := restore.Options{Connections: 1, PipelineCommands: 100, RunID: "a", Needs: needsOf(keys...), Again: again(keys...)}
	wait := written(&opts)
	result, err := restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, endsWith(errSource, len(keys)-1, wait, keys...), opts)
	if !errors.Is(err, errSource) || result.CleanUp == nil || result.CleanUp.Written < 1500 || len(m.Keys()) > 0 {
		t.Fatalf("Run = %v, clean-up %+v, %d keys are left", err, result.CleanUp, len(m.Keys()))
	}
	if most == 0 || most > 512 {
		t.Errorf("%d keys are looked at before one is deleted, want 512 at most", most)
	}
}
