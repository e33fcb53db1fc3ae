package restore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// beforeTheEnd yields keys and calls do before it ends.
func beforeTheEnd(do func(), keys ...keyspace.Key) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, k := range keys {
			if !yield(k, nil) {
				return
			}
		}
		do()
	}
}

// TestARunHasItsMarker: while it writes, and not after.
func TestARunHasItsMarker(t *testing.T) {
	for _, args := range [][]string{nil, {"--rename-command", "WATCH", ""}, {"--rename-command", "MULTI", ""}, {"--rename-command", "INFO", ""}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			s := startServer(t, args...)
			r := newReader(t, s.client(t))
			keys := lists(1000)
			seq := beforeTheEnd(func() {
				ttl := r.do("PTTL", restore.MarkerKey).(int64)
				if got := r.do("GET", restore.MarkerKey); got != "redrill run mine" || ttl <= 0 || ttl > 60_000 {
					t.Errorf("marker = %v for %d ms", got, ttl)
				}
			}, keys...)
			result, err := restore.Run(t.Context(), s.options(), seq, restore.Options{Server: full, RunID: "mine", Needs: needsOf(keys...)})
			if err != nil || len(result.Unchecked) != 0 {
				t.Fatalf("Run = %+v, %v", result, err)
			}
			if hasInfo := strings.Contains(result.Info, "rdb_changes_since_last_save:"); hasInfo != (len(args) == 0 || args[1] != "INFO") {
				t.Errorf("what the server said about itself in the end: %v", hasInfo)
			}
			checkLists(t, s, 1000)
		})
	}
}

// TestAMarkerKeepsOthersAway: whatever they are told to do, and without a trace.
func TestAMarkerKeepsOthersAway(t *testing.T) {
	for _, opts := range []restore.Options{{}, {Replace: true}, {NoScan: true}} {
		t.Run(fmt.Sprintf("%+v", opts.Replace), func(t *testing.T) {
			s := startServer(t)
			r := newReader(t, s.client(t))
			opts.Server, opts.RunID = full, "b"
			seq := beforeTheEnd(func() {
				_, err := restore.Run(t.Context(), s.options(), seqOf(keyspace.Key{Name: "b", Value: keyspace.String("v")}), opts)
				if !errors.Is(err, restore.ErrTarget) || !errors.Is(err, restore.ErrRunning) || !strings.Contains(err.Error(), "expires in") {
					t.Errorf("second Run = %v, want ErrRunning", err)
				}
			}, lists(10)...)
			if _, err := restore.Run(t.Context(), s.options(), seq, restore.Options{Server: full, RunID: "a"}); err != nil {
				t.Fatalf("Run = %v", err)
			}
			if r.do("EXISTS", "b") != int64(0) || r.do("EXISTS", restore.MarkerKey) != int64(0) {
				t.Error("the second run left something")
			}
			checkLists(t, s, 10)
		})
	}
}

// TestAKeyOfTheNameOfTheMarker: one of the user's on the server ends the run and
// stays; one of the source is restored, without a marker.
func TestAKeyOfTheNameOfTheMarker(t *testing.T) {
	for _, command := range [][]any{{"SET", restore.MarkerKey, "mine"}, {"RPUSH", restore.MarkerKey, "mine"}} {
		s := startServer(t)
		r := newReader(t, s.client(t))
		r.do(command...)
		_, err := restore.Run(t.Context(), s.options(), seqOf(lists(1)...), restore.Options{Server: full, RunID: "a", Replace: true})
		if !errors.Is(err, restore.ErrRunning) || !strings.Contains(err.Error(), "without an expire time") {
			t.Errorf("Run = %v, want ErrRunning", err)
		}
		_, err = restore.Run(t.Context(), s.options(), seqOf(lists(1)...), restore.Options{Server: full, RunID: "a"})
		if !errors.Is(err, restore.ErrNotEmpty) {
			t.Errorf("Run = %v, want ErrNotEmpty", err)
		}
		if r.do("DBSIZE") != int64(1) || r.do("PTTL", restore.MarkerKey) != int64(-1) {
			t.Error("the key of the user changed")
		}
	}
	s := startServer(t)
	k := keyspace.Key{Name: restore.MarkerKey, Value: keyspace.String("v")}
	result, err := restore.Run(t.Context(), s.options(), seqOf(k), restore.Options{Server: full, RunID: "a", Needs: needsOf(k)})
	if err != nil || len(result.Unchecked) != 1 || newReader(t, s.client(t)).do("GET", restore.MarkerKey) != "v" {
		t.Errorf("Run = %+v, %v, want the key restored and the marker not checked", result, err)
	}
	k.DB = 1 // is no marker
	result, err = restore.Run(t.Context(), s.options(), seqOf(k), restore.Options{Server: full, RunID: "a", Needs: needsOf(k), Replace: true})
	if !errors.Is(err, restore.ErrRunning) {
		t.Errorf("Run = %+v, %v, want ErrRunning", result, err)
	}
}

// TestWithoutAMarker: a server that knows no SET NX, or a user who may not set that
// key, is written to all the same, and the result says it.
func TestWithoutAMarker(t *testing.T) {
	s := startServer(t)
	newReader(t, s.client(t)).do("ACL", "SETUSER", "u", "on", "nopass", "~list*", "+@all")
	base := s.options()
	base.Username, base.Password = "u", "x"
	result, err := restore.Run(t.Context(), base, seqOf(lists(10)...), restore.Options{Server: full, RunID: "a"})
	if err != nil || len(result.Unchecked) != 1 || !strings.Contains(result.Unchecked[0], "NOPERM") {
		t.Errorf("Run = %+v, %v", result, err)
	}
	m := oldServer(t, func(cmd string, args []string) string {
		if cmd == "SET" && len(args) > 2 {
			return "ERR syntax error"
		}
		return ""
	})
	result, err = restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, seqOf(lists(1)...), restore.Options{RunID: "a"})
	if err != nil || len(result.Unchecked) != 1 || !strings.Contains(result.Unchecked[0], "syntax error") {
		t.Errorf("Run = %+v, %v", result, err)
	}
	ended := oldServer(t, func(cmd string, args []string) string {
		if cmd == "SET" && len(args) > 2 {
			return "MISCONF no disk"
		}
		return ""
	})
	if _, err = restore.Run(t.Context(), &redis.Options{Addr: ended.Addr()}, seqOf(lists(1)...), restore.Options{RunID: "a"}); restore.Code(err) != "MISCONF" {
		t.Errorf("Run = %v, want the refusal", err)
	}
}

// TestALostMarkerFailsTheRun: it expired, or is another run's. Its keys stay: they
// may be the other run's, too. So does the other marker.
func TestALostMarkerFailsTheRun(t *testing.T) {
	for name, command := range map[string][]any{
		"gone": {"DEL", restore.MarkerKey}, "another": {"SET", restore.MarkerKey, "redrill run other"}, "another type": {"EVAL", "redis.call('DEL', KEYS[1]) return redis.call('RPUSH', KEYS[1], 'a')", 1, restore.MarkerKey},
	} {
		for _, when := range []string{"in the end", "on the way", "before the removal"} {
			t.Run(name+" "+when, func(t *testing.T) {
				s := startServer(t)
				r := newReader(t, s.client(t))
				keys := lists(5000)
				opts := restore.Options{Server: full, RunID: "a", Again: again(keys...)}
				seq := beforeTheEnd(func() { r.do(command...) }, keys...)
				switch when {
				case "in the end": // when something has been written
					wait := written(&opts)
					seq = beforeTheEnd(func() { wait(); r.do(command...) }, keys...)
				case "on the way": // until the run is cancelled, which only the marker does
					opts.MarkerLife = 900 * time.Millisecond
					wait := written(&opts)
					seq = func(yield func(keyspace.Key, error) bool) {
						for i := range 50_000_000 { // as good as for ever
							if i == len(keys) {
								wait()
								r.do(command...)
							}
							k := keyspace.Key{Name: "expired", Value: keyspace.String(""), ExpireAt: keyspace.ExpireAtMs(0)}
							if i < len(keys) {
								k = keys[i]
							}
							if !yield(k, nil) {
								return
							}
						}
					}
				case "before the removal":
					opts.Again = func() (keyspace.Seq, error) { r.do(command...); return seqOf(keys...), nil }
					seq = endsWith(errSource, 4900, written(&opts), keys...)
				}
				result, err := restore.Run(t.Context(), s.options(), seq, opts)
				if err == nil || when != "before the removal" && !strings.Contains(err.Error(), "another run may write") {
					t.Errorf("Run = %v", err)
				}
				if result.CleanUp == nil || result.CleanUp.Removed != 0 || !strings.Contains(result.CleanUp.String(), "another run may") {
					t.Errorf("clean-up = %v", result.CleanUp)
				}
				if name != "gone" && r.do("EXISTS", restore.MarkerKey) != int64(1) {
					t.Error("the marker of another was deleted")
				}
			})
		}
	}
}

// TestAMarkerIsRenewed: a run may take much longer than its marker lives.
func TestAMarkerIsRenewed(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const life = 300 * time.Millisecond
	renewed := 0
	seq := beforeTheEnd(func() {
		for last := r.do("PEXPIRETIME", restore.MarkerKey).(int64); renewed < 6; {
			next := r.do("PEXPIRETIME", restore.MarkerKey).(int64)
			if next < 0 {
				t.Error("the marker expired")
				return
			}
			if next != last {
				renewed, last = renewed+1, next
			}
		}
	}, lists(10)...)
	if _, err := restore.Run(ctx, s.options(), seq, restore.Options{Server: full, RunID: "a", MarkerLife: life}); err != nil {
		t.Errorf("Run = %v", err)
	}
}

// TestOneOfManyRuns: of runs at the same time at most one ends well, whatever their
// luck, and the server holds its keys and no other.
func TestOneOfManyRuns(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	for round := range 40 {
		var runs sync.WaitGroup
		errs := make([]error, 3)
		start := make(chan struct{})
		for i := range errs {
			runs.Go(func() {
				var keys []keyspace.Key
				for j := range 50 {
					keys = append(keys, keyspace.Key{Name: fmt.Sprint(j), Value: keyspace.String(fmt.Sprint(i))})
				}
				<-start
				_, errs[i] = restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{
					Server: full, RunID: fmt.Sprint(i), Connections: 1, PipelineCommands: 5, Again: again(keys...), Needs: needsOf(keys...)})
			})
		}
		close(start)
		runs.Wait()
		won := -1
		for i, err := range errs {
			switch {
			case err == nil && won >= 0:
				t.Fatalf("round %d: runs %d and %d ended well", round, won, i)
			case err == nil:
				won = i
			case !errors.Is(err, restore.ErrRunning) && !errors.Is(err, restore.ErrNotEmpty):
				t.Errorf("round %d: run %d: %v", round, i, err)
			}
		}
		want := int64(0)
		if won >= 0 {
			want = 50
		}
		if got := r.do("DBSIZE"); got != want {
			t.Fatalf("round %d: %v keys, want %d", round, got, want)
		}
		for j := range want {
			name := fmt.Sprint(j)
			if got := r.do("GET", name); got != fmt.Sprint(won) {
				t.Fatalf("round %d: key %s is of run %v, want %d", round, name, got, won)
			}
			r.do("DEL", name)
		}
	}
}

// TestSomebodyWritesBeforeTheMarker: the target is looked at again when the marker is
// there.
func TestSomebodyWritesBeforeTheMarker(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	var once sync.Once
	p := startProxy(t, "unix", s.Socket, "PXNX", func(n int) int { return n }) // cuts nothing
	p.watchWith(func(b []byte) {
		if strings.Contains(string(b), restore.MarkerKey) && strings.Contains(string(b), "NX") {
			once.Do(func() { r.do("SET", "of somebody else", "1") })
		}
	})
	_, err := restore.Run(t.Context(), &redis.Options{Addr: p.listener.Addr().String()}, seqOf(lists(1)...), restore.Options{Server: full, RunID: "a"})
	if !errors.Is(err, restore.ErrNotEmpty) {
		t.Errorf("Run = %v, want ErrNotEmpty", err)
	}
	if got := r.do("DBSIZE"); got != int64(1) {
		t.Errorf("%v keys, want that of somebody else", got)
	}
}
