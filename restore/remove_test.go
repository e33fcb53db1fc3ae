package restore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// mixed returns n keys of all types in several databases; some have parts, some
// are not written.
func mixed(n int) (keys []keyspace.Key) {
	for i := range n {
		for j, e := range edges() {
			k := e.key
			k.DB, k.Name = (i+j)%3, fmt.Sprintf("%d %s", i, k.Name)
			keys = append(keys, parts(k, i%3)...)
		}
	}
	return keys
}

// again returns an Again for keys.
func again(keys ...keyspace.Key) func() (keyspace.Seq, error) {
	return func() (keyspace.Seq, error) { return seqOf(keys...), nil }
}

// endsWith yields keys and then an error; before key number n it calls at.
func endsWith(err error, n int, at func(), keys ...keyspace.Key) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for i, k := range keys {
			if i == n {
				at()
			}
			if !yield(k, nil) {
				return
			}
		}
		yield(keyspace.Key{}, err)
	}
}

// written makes opts tell when the first keys have been written; wait waits for that.
func written(opts *restore.Options) (wait func()) {
	done := make(chan struct{})
	var once sync.Once
	told := opts.Progress
	opts.Progress = func(n int64) {
		if told != nil {
			told(n)
		}
		if n > 0 {
			once.Do(func() { close(done) })
		}
	}
	return func() { <-done }
}

var errSource = errors.New("the source is broken")

// TestAFailedRunIsRemoved: whatever ends a run, nothing of it stays, and what others
// have written meanwhile does.
func TestAFailedRunIsRemoved(t *testing.T) {
	keys := mixed(100)
	poison := []keyspace.Key{{Name: "p", Value: keyspace.List{"a"}, More: true}, {Name: "p", Value: keyspace.Hash{{}}, Part: 1}}
	for _, row := range []struct {
		name string
		seq  func(wait, cancel func()) keyspace.Seq
		keys []keyspace.Key
		opts restore.Options
		want error
	}{
		{"the source", func(wait, _ func()) keyspace.Seq { return endsWith(errSource, len(keys)-1, wait, keys...) }, keys, restore.Options{}, errSource},
		{"the source, one lane", func(wait, _ func()) keyspace.Seq { return endsWith(errSource, len(keys)-1, wait, keys...) }, keys,
			restore.Options{Connections: 1, PipelineCommands: 7}, errSource},
		{"the source, by name", func(wait, _ func()) keyspace.Seq { return endsWith(errSource, len(keys)-1, wait, keys...) }, keys,
			restore.Options{NoScan: true, PipelineCommands: 10}, errSource},
		{"the server", nil, append(keys[:len(keys):len(keys)], poison...), restore.Options{}, restore.ErrTarget},
		{"an interrupt", func(wait, cancel func()) keyspace.Seq {
			return endsWith(nil, len(keys)-1, func() { wait(); cancel() }, keys...)
		}, keys,
			restore.Options{PipelineCommands: 10}, context.Canceled},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t)
			r := newReader(t, s.client(t))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var once atomic.Bool
			opts := row.opts
			opts.Server, opts.Again, opts.RunID, opts.Needs = full, again(row.keys...), "a", needsOf(row.keys...)
			opts.Progress = func(n int64) { // somebody else writes
				if n > 0 && once.CompareAndSwap(false, true) {
					r.do("SET", "of somebody else", "1")
				}
			}
			if opts.NoScan {
				r.do("SET", "before", "1")
			}
			seq := seqOf(row.keys...)
			if row.seq != nil {
				seq = row.seq(written(&opts), cancel)
			}
			result, err := restore.Run(ctx, s.options(), seq, opts)
			if !errors.Is(err, row.want) {
				t.Fatalf("Run = %v, want %v", err, row.want)
			}
			u := result.CleanUp
			if u == nil || u.Written == 0 || u.Left != 0 || u.Removed != u.Written {
				t.Errorf("clean-up: %+v", u)
			}
			left := map[string]bool{}
			for db := range 4 {
				r.do("SELECT", db)
				for _, name := range r.do("KEYS", "*").([]any) {
					left[name.(string)] = true
				}
			}
			delete(left, "of somebody else")
			delete(left, "before")
			if len(left) > 0 {
				t.Errorf("%d keys stay: %.300v", len(left), left)
			}
			r.do("SELECT", 0)
			if once.Load() && r.do("EXISTS", "of somebody else") != int64(1) || opts.NoScan && r.do("EXISTS", "before") != int64(1) {
				t.Error("a key of somebody else was deleted")
			}
		})
	}
}

// TestOnlyWrittenKeysAreRemoved: keys of the sequence that were not sent are not
// touched, even if there are such keys.
func TestOnlyWrittenKeysAreRemoved(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	keys := lists(2000)
	opts := restore.Options{Server: full, Again: again(keys...), Connections: 3, PipelineCommands: 20}
	wait := written(&opts)
	seq := endsWith(errSource, 1000, func() { wait(); r.do("RPUSH", "list 1999", "of somebody else") }, keys[:1500]...)
	result, err := restore.Run(t.Context(), s.options(), seq, opts)
	if !errors.Is(err, errSource) || result.CleanUp == nil || result.CleanUp.Left != 0 || result.CleanUp.Written == 0 || result.CleanUp.Written > 1500 {
		t.Fatalf("Run = %+v, %v", result.CleanUp, err)
	}
	if got := r.do("LRANGE", "list 1999", 0, -1); fmt.Sprint(got) != "[of somebody else]" || r.do("DBSIZE") != int64(1) {
		t.Errorf("list 1999 = %v, %v keys", got, r.do("DBSIZE"))
	}
}

// TestKeysThatOthersWroteStay: a key that has another type than was written, or more
// elements, is not redrill's any more.
func TestKeysThatOthersWroteStay(t *testing.T) {
	for _, row := range []struct {
		name  string
		write [][]any
		end   error // of the sequence
	}{
		{"another type", [][]any{{"DEL", "list 0"}, {"SET", "list 0", "mine"}}, errSource},
		{"more elements", [][]any{{"RPUSH", "list 500", "mine"}}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t)
			r := newReader(t, s.client(t))
			written := make(chan struct{})
			seq := func(yield func(keyspace.Key, error) bool) {
				for i, k := range lists(501) {
					if i == 500 {
						<-written
						for _, command := range row.write {
							r.do(command...)
						}
					}
					if !yield(k, nil) {
						return
					}
				}
				if row.end != nil {
					yield(keyspace.Key{}, row.end)
				}
			}
			opts := restore.Options{Server: full, Again: again(lists(501)...), Connections: 1, PipelineCommands: 100,
				Progress: func(n int64) {
					if n == 500 {
						close(written)
					}
				}}
			// Progress comes when all before it were written: 2 commands a list.
			result, err := restore.Run(t.Context(), s.options(), seq, opts)
			if err == nil || result.CleanUp == nil || result.CleanUp.Left != 1 || !strings.Contains(result.CleanUp.String(), "somebody else") {
				t.Fatalf("Run = %+v, %v, want one key to stay", result.CleanUp, err)
			}
			if r.do("DBSIZE") != int64(1) {
				t.Errorf("%v keys, want 1", r.do("DBSIZE"))
			}
		})
	}
}

// TestWhatStays: what was written is not removed when that was asked for, or when
// it replaced something, or when nobody knows how to tell it; and that is said.
func TestWhatStays(t *testing.T) {
	keys := lists(5000)
	for want, opts := range map[string]restore.Options{
		"asked for":    {Keep: true, Again: again(keys...)},
		"replaced":     {Replace: true, Again: again(keys...)},
		"told":         {},
		"cannot again": {Again: func() (keyspace.Seq, error) { return nil, errors.New("cannot again") }},
		"broken":       {Again: func() (keyspace.Seq, error) { return endsWith(errSource, -1, nil, keys[:10]...), nil }},
	} {
		t.Run(want, func(t *testing.T) {
			s := startServer(t)
			opts.Server, opts.RunID = full, "a"
			wait := written(&opts)
			result, err := restore.Run(t.Context(), s.options(), endsWith(errSource, 4900, wait, keys...), opts)
			if !errors.Is(err, errSource) || result.CleanUp == nil || result.CleanUp.Left == 0 || !strings.Contains(result.CleanUp.String(), want) {
				t.Fatalf("Run = %+v, %v, want keys that stay: %q", result.CleanUp, err, want)
			}
			r := newReader(t, s.client(t))
			if got := r.do("DBSIZE").(int64); got == 0 || got > result.CleanUp.Left || result.CleanUp.Left+result.CleanUp.Removed != result.CleanUp.Written {
				t.Errorf("%v keys stay, %+v", got, result.CleanUp)
			}
			if r.do("EXISTS", restore.MarkerKey) != int64(0) {
				t.Error("the marker stays")
			}
		})
	}
}

// TestRemovalFromADeadServer: what may be left is said.
func TestRemovalFromADeadServer(t *testing.T) {
	s := startServer(t)
	keys := lists(20_000)
	result, err := restore.Run(t.Context(), s.options(), endsWith(nil, 10_000, s.Stop, keys...), restore.Options{Server: full, Again: again(keys...), RunID: "a"})
	if !errors.Is(err, restore.ErrTarget) || result.CleanUp == nil || result.CleanUp.Left == 0 || result.CleanUp.Removed != 0 {
		t.Fatalf("Run = %+v, %v", result.CleanUp, err)
	}
	if text := result.CleanUp.String(); !strings.Contains(text, "may stay on the server") || !strings.Contains(text, "connect") {
		t.Errorf("clean-up: %s", text)
	}
	if len(result.Unchecked) == 0 || !strings.Contains(result.Unchecked[0], restore.MarkerKey) {
		t.Errorf("unchecked: %q, want the marker named", result.Unchecked)
	}
}

// TestNothingRunsAfterARemoval: what a broken connection had brought to the server is
// not executed behind the removal.
func TestNothingRunsAfterARemoval(t *testing.T) {
	s := startServer(t)
	p := startProxy(t, "unix", s.Socket, "RPUSH", func(n int) int { return n / 2 })
	keys := lists(100)
	result, err := restore.Run(t.Context(), &redis.Options{Addr: p.listener.Addr().String()}, seqOf(keys...),
		restore.Options{Server: full, Rebuilds: -1, Again: again(keys...)})
	if !errors.Is(err, restore.ErrTarget) || result.CleanUp == nil || result.CleanUp.Left != 0 {
		t.Fatalf("Run = %+v, %v", result.CleanUp, err)
	}
	p.release() // what was held back of the connection that was cut
	r := newReader(t, s.client(t))
	for line := range strings.Lines(r.do("CLIENT", "LIST").(string)) {
		if strings.Contains(line, "cmd=rpush") || strings.Contains(line, "cmd=pexpireat") {
			t.Errorf("a connection of the lanes lives: %s", line)
		}
	}
	if got := r.do("DBSIZE"); got != int64(0) {
		t.Errorf("%v keys, want none", got)
	}
}

// TestWhatNeverArrived: keys that the server refused are not called deleted.
func TestWhatNeverArrived(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	r.do("ACL", "SETUSER", "u", "on", ">pw", "~*", "&*", "+@all", "-set")
	base := s.options()
	base.Username, base.Password = "u", "pw"
	for _, row := range []struct {
		name    string
		keys    []keyspace.Key
		deleted bool
	}{
		{"nothing", stringKeys(20, 1), false},
		{"a part", append(lists(10), stringKeys(20, 1)...), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			result, err := restore.Run(t.Context(), base, seqOf(row.keys...), restore.Options{Server: full, Again: again(row.keys...), Connections: 1})
			u := result.CleanUp
			if !errors.Is(err, restore.ErrTarget) || u == nil || u.Absent == 0 || u.Left != 0 || (u.Removed > u.Absent) != row.deleted {
				t.Fatalf("Run = %+v, %v", u, err)
			}
			if got := r.do("DBSIZE"); got != int64(0) {
				t.Errorf("%v keys, want none", got)
			}
		})
	}
}

func TestCleanUpText(t *testing.T) {
	for want, u := range map[string]restore.CleanUp{
		"nothing that this run sent is on the server":                                             {Written: 54, Removed: 54, Absent: 54},
		"this run deleted 1 key that it had written":                                              {Written: 1, Removed: 1},
		"this run deleted 1,000 keys that it had written; 2 keys that it had sent were not there": {Written: 1002, Removed: 1002, Absent: 2},
		"this run deleted 3 keys that it had written; up to 1 key may stay on the server: why":    {Written: 4, Removed: 3, Left: 1, Why: "why"},
		"up to 5 keys that this run wrote may stay on the server: why":                            {Written: 5, Left: 5, Why: "why"},
		"up to 4 keys that this run wrote may stay on the server: absent ones aside":              {Written: 5, Removed: 1, Absent: 1, Left: 4, Why: "absent ones aside"},
	} {
		if got := u.String(); got != want {
			t.Errorf("%+v: %q, want %q", u, got, want)
		}
	}
}
