package restore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"redrill/keyspace"
	"redrill/restore"
)

func stringKeys(n, size int) []keyspace.Key {
	var keys []keyspace.Key
	for i := range n {
		keys = append(keys, keyspace.Key{Name: fmt.Sprintf("key %d", i), Value: keyspace.String(strings.Repeat("v", size))})
	}
	return keys
}

// TestRunRefuses: what a target refuses ends the run with a class, the key and
// the command.
func TestRunRefuses(t *testing.T) {
	const password = "open sesame"
	for _, test := range []struct {
		name  string
		args  []string // of the server
		setup []any    // a command that is sent before
		keys  []keyspace.Key
		opts  restore.Options
		user  string
		class error
		text  []string // that the error holds
		early bool     // known before the first key
	}{
		{name: "not empty", setup: []any{"SET", "other", "v"}, keys: stringKeys(1, 1), class: restore.ErrNotEmpty, text: []string{"database 0"}, early: true},
		{name: "another database not empty", setup: []any{"EVAL", "redis.call('SELECT', 3) return redis.call('SET', 'k', 'v')", 0},
			keys: stringKeys(1, 1), class: restore.ErrNotEmpty, text: []string{"database 3"}, early: true},
		{name: "another database not empty, without INFO", args: []string{"--rename-command", "INFO", ""},
			setup: []any{"EVAL", "redis.call('SELECT', 3) return redis.call('SET', 'k', 'v')", 0},
			keys:  stringKeys(1, 1), class: restore.ErrNotEmpty, text: []string{"database 3"}, early: true},
		{name: "the hundredth database not empty, without INFO", args: []string{"--rename-command", "INFO", "", "--databases", "100"},
			setup: []any{"EVAL", "redis.call('SELECT', 99) return redis.call('SET', 'k', 'v')", 0},
			keys:  stringKeys(1, 1), class: restore.ErrNotEmpty, text: []string{"database 99"}, early: true},
		{name: "not empty, asked by name", setup: []any{"SET", "key 1", "v"}, keys: stringKeys(3, 1), opts: restore.Options{NoScan: true},
			class: restore.ErrNotEmpty, text: []string{`target is not empty: key "key 1" of database 0 exists`}},
		{name: "out of memory", args: []string{"--maxmemory", "2mb", "--maxmemory-policy", "noeviction"}, keys: stringKeys(200, 100_000),
			text: []string{`key "key `, "SET", "OOM"}},
		{name: "wrong type", // A key that changes its type between two parts.
			keys: []keyspace.Key{{Name: "k\xff", Value: keyspace.List{"a"}, More: true}, {Name: "k\xff", Value: keyspace.Hash{{}}, Part: 1}},
			text: []string{`"k\xff"`, "HSET", "WRONGTYPE"}},
		{name: "no such database", keys: []keyspace.Key{{DB: 99, Name: "k", Value: keyspace.String("")}}, text: []string{"SELECT", "out of range"}},
		{name: "not permitted", setup: []any{"ACL", "SETUSER", "u", "on", ">" + password, "~*", "+@all", "-sadd"}, user: "u",
			keys: []keyspace.Key{{Name: "s", Value: keyspace.Set{"a"}}}, text: []string{`"s"`, "SADD", "NOPERM"}},
		{name: "unknown user", user: "nobody", keys: stringKeys(1, 1), text: []string{"WRONGPASS"}, early: true},
		{name: "duplicate members", keys: []keyspace.Key{{Name: "s", Value: keyspace.Set{"a", "a"}}}, text: []string{`"s"`, "SADD", "want 2"}},
		{name: "no room for another entry", keys: []keyspace.Key{{Name: "s", Value: keyspace.Stream{Entries: []keyspace.Entry{entry(id(2, 0), "a", "b"), entry(id(1, 0), "a", "b")}}}},
			text: []string{`"s"`, "XADD"}},
	} {
		for _, protocol := range bothProtocols {
			t.Run(fmt.Sprintf("%s, RESP%d", test.name, protocol), func(t *testing.T) {
				s := startServer(t, test.args...)
				if test.setup != nil {
					newReader(t, s.client(t)).do(test.setup...)
				}
				base := s.over(protocol)
				if test.user != "" {
					base.Username, base.Password = test.user, password
				}
				test.opts.Server = full
				early := restore.CheckTarget(t.Context(), base, test.opts)
				_, err := restore.Run(t.Context(), base, seqOf(test.keys...), test.opts)
				if !errors.Is(err, restore.ErrTarget) || test.class != nil && !errors.Is(err, test.class) {
					t.Fatalf("Run = %v, want the class %v", err, test.class)
				}
				if test.early != (early != nil) || early != nil && early.Error() != err.Error() {
					t.Errorf("CheckTarget = %v, want the error of Run only of a target that refuses every key", early)
				}
				for _, want := range test.text {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("Run = %v, want %q in it", err, want)
					}
				}
				if strings.Contains(err.Error(), password) {
					t.Errorf("Run = %v, which tells the password", err)
				}
			})
		}
	}
}

// TestCheckTargetAccepts: a server with keys is accepted with Replace and with
// NoScan, an empty one always, and it is as it was.
func TestCheckTargetAccepts(t *testing.T) {
	s := startServer(t)
	if err := restore.CheckTarget(t.Context(), s.options(), restore.Options{}); err != nil {
		t.Errorf("CheckTarget of an empty server = %v", err)
	}
	r := newReader(t, s.client(t))
	r.do("SET", "other", "v")
	for _, opts := range []restore.Options{{Replace: true}, {NoScan: true}} {
		if err := restore.CheckTarget(t.Context(), s.options(), opts); err != nil {
			t.Errorf("CheckTarget with %+v = %v", opts, err)
		}
	}
	if got := r.do("GET", "other"); got != "v" {
		t.Errorf("other = %v, want v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := restore.CheckTarget(ctx, s.options(), restore.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("CheckTarget, cancelled = %v, want %v", err, context.Canceled)
	}
}

// TestRunReplacesItsKeysOnly: keys that are not written keep what they hold.
func TestRunReplacesItsKeysOnly(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	for _, name := range []string{"replaced", "other", "expired", "empty"} {
		r.do("SADD", name, "before")
	}
	r.do("PEXPIREAT", "replaced", int64(farMs))
	keys := []keyspace.Key{
		{Name: "replaced", Value: keyspace.List{"a"}, More: true},
		{Name: "replaced", Value: keyspace.List{"b"}, Part: 1},
		{Name: "expired", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(1000)},
		{Name: "empty", Value: keyspace.List{}},
		{DB: 5, Name: "other", Value: keyspace.String("of another database")},
	}
	got, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Replace: true, AsOfMs: 1000})
	if err != nil || got.Keys != 2 || got.Expired != 1 || got.Absent != 1 || got.Parts != 3 || got.Elements != 3 {
		t.Errorf("Run = %+v, %v", got, err)
	}
	if got.Rebuilt != 0 { // what is replaced is deleted first, not after the first refusal
		t.Errorf("%d keys were rebuilt, want none", got.Rebuilt)
	}
	for name, want := range map[string]string{"replaced": "list", "other": "set", "expired": "set", "empty": "set"} {
		if got := r.do("TYPE", name); got != want {
			t.Errorf("TYPE %s = %v, want %v", name, got, want)
		}
	}
	if got := fmt.Sprint(r.do("LRANGE", "replaced", 0, -1), r.do("PTTL", "replaced")); got != "[a b] -1" {
		t.Errorf("replaced = %v, want [a b] -1", got)
	}
}

// TestRunReplacesLate: a key whose first part yields no command is deleted
// before the first that does.
func TestRunReplacesLate(t *testing.T) {
	s := startServer(t)
	r := newReader(t, s.client(t))
	r.do("SADD", "z", "before")
	keys := []keyspace.Key{
		{Name: "z", Value: keyspace.ZSet{}, More: true},
		{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: 1}}, Part: 1},
	}
	if got, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Replace: true}); err != nil || got.Keys != 1 {
		t.Errorf("Run = %+v, %v", got, err)
	}
	if got := r.do("TYPE", "z"); got != "zset" {
		t.Errorf("TYPE = %v, want zset", got)
	}
}

// TestRunLeavesOutExpired: what has expired at the reference time is counted,
// in parts as well; what expires a millisecond later is written.
func TestRunLeavesOutExpired(t *testing.T) {
	s := startServer(t)
	keys := []keyspace.Key{
		{Name: "gone", Value: keyspace.List{"a"}, ExpireAt: keyspace.ExpireAtMs(farMs), More: true},
		{Name: "gone", Value: keyspace.List{"b"}, ExpireAt: keyspace.ExpireAtMs(farMs), Part: 1},
		{Name: "there", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(farMs + 1)},
		{Name: "latest", Value: keyspace.List{"v"}, ExpireAt: keyspace.ExpireAtMs(9223372036854775807)},
	}
	var progress int64
	got, err := restore.Run(t.Context(), s.options(), seqOf(keys...),
		restore.Options{Server: full, AsOfMs: farMs, Progress: func(keys int64) { progress = keys }})
	if err != nil || got.Keys != 2 || got.Expired != 1 || progress != 2 {
		t.Errorf("Run = %+v, %v, progress %d", got, err, progress)
	}
	r := newReader(t, s.client(t))
	if got := r.do("PEXPIRETIME", "latest"); got != int64(9223372036854775807) {
		t.Errorf("expire time = %v, want 9223372036854775807", got)
	}
	if got := r.do("DBSIZE"); got != int64(2) {
		t.Errorf("DBSIZE = %v, want 2", got)
	}
}

// TestRunCountsEvictions: eviction is silent for the client, so it is counted.
func TestRunCountsEvictions(t *testing.T) {
	s := startServer(t, "--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru")
	got, err := restore.Run(t.Context(), s.options(), seqOf(stringKeys(200, 50_000)...), restore.Options{Server: full})
	if err != nil || got.Evicted == 0 {
		t.Errorf("Run = %+v, %v, want evictions", got, err)
	}
}
