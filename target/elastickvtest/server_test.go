package elastickvtest_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/target/elastickvtest"
)

func TestReplies(t *testing.T) {
	s := elastickvtest.Start(t)
	client := redis.NewClient(s.Options())
	t.Cleanup(func() { _ = client.Close() })
	s.SetEmpty("drained", "hash")

	for _, row := range []struct {
		name string
		args []any
		want any // an error: the text of the reply
	}{
		{"set", []any{"SET", "s", "\xff\x00"}, "OK"},
		{"get", []any{"GET", "s"}, "\xff\x00"},
		{"hset", []any{"HSET", "h", "f", "v"}, int64(1)},
		{"hgetall", []any{"HGETALL", "h"}, []any{"f", "v"}},
		{"hlen", []any{"HLEN", "h"}, int64(1)},
		{"rpush", []any{"RPUSH", "l", "a", "b"}, int64(2)},
		{"lrange", []any{"LRANGE", "l", 0, -1}, []any{"a", "b"}},
		{"llen", []any{"LLEN", "l"}, int64(2)},
		{"sadd", []any{"SADD", "set", "m"}, int64(1)},
		{"smembers", []any{"SMEMBERS", "set"}, []any{"m"}},
		{"scard", []any{"SCARD", "set"}, int64(1)},
		{"zadd", []any{"ZADD", "z", "+inf", "d", "-inf", "a", "1e20", "c", "0.1", "b"}, int64(4)},
		{"zrange", []any{"ZRANGE", "z", 0, -1, "WITHSCORES"},
			[]any{"a", "-Inf", "b", "0.1", "c", "100000000000000000000", "d", "+Inf"}},
		{"zrange window", []any{"ZRANGE", "z", 1, 2}, []any{"b", "c"}},
		{"zrange past the end", []any{"ZRANGE", "z", 4, 9}, []any{}},
		{"zrange absent", []any{"ZRANGE", "none", 0, -1}, []any{}},
		{"zscore", []any{"ZSCORE", "z", "c"}, "100000000000000000000"},
		{"zcard", []any{"ZCARD", "z"}, int64(4)},
		{"xadd", []any{"XADD", "x", "1-5", "f", "a", "f", "b"}, "1-5"},
		{"xrange", []any{"XRANGE", "x", "-", "+"}, []any{[]any{"1-5", []any{"f", "a", "f", "b"}}}},
		{"xlen", []any{"XLEN", "x"}, int64(1)},
		{"pfadd", []any{"PFADD", "hll", "a", "b", "a"}, int64(1)},
		{"pfcount", []any{"PFCOUNT", "hll"}, int64(2)},
		{"type of a HyperLogLog", []any{"TYPE", "hll"}, "string"},
		{"get of a HyperLogLog", []any{"GET", "hll"}, nil},
		{"exists", []any{"EXISTS", "hll", "s", "none"}, int64(2)},
		{"empty type", []any{"TYPE", "drained"}, "hash"},
		{"empty exists", []any{"EXISTS", "drained"}, int64(1)},
		{"empty length", []any{"HLEN", "drained"}, int64(0)},
		{"no expiry", []any{"PTTL", "s"}, int64(-1)},
		{"no key", []any{"PTTL", "none"}, int64(-2)},
		{"select", []any{"SELECT", 99}, "OK"},
		{"still the same key space", []any{"EXISTS", "s"}, int64(1)},
		{"keys of one name", []any{"KEYS", "s"}, []any{"s"}},
		{"overwritten", []any{"SET", "hll", "v"}, "OK"},
		{"get again", []any{"GET", "hll"}, "v"},
		{"time", []any{"TIME"}, errors.New("ERR unsupported command 'TIME'")},
		{"object", []any{"object", "encoding", "s"}, errors.New("ERR unsupported command 'OBJECT'")},
		{"pexpiretime", []any{"PEXPIRETIME", "s"}, errors.New("ERR unsupported command 'PEXPIRETIME'")},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := client.Do(t.Context(), row.args...).Result()
			if want, isErr := row.want.(error); isErr {
				if err == nil || err.Error() != want.Error() {
					t.Errorf("%v = %v, %v, want error %v", row.args, got, err, want)
				}
				return
			}
			if err != nil && !errors.Is(err, redis.Nil) {
				t.Fatalf("%v: %v", row.args, err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", row.args, diff)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	s := elastickvtest.Start(t)
	client := redis.NewClient(s.Options())
	t.Cleanup(func() { _ = client.Close() })
	for _, key := range []string{"far", "near", "past"} {
		if err := client.Do(t.Context(), "SET", key, "v").Err(); err != nil {
			t.Fatal(err)
		}
	}
	s.SetExpireAt("far", math.MaxInt64)
	s.SetExpireAt("near", time.Now().Add(time.Hour).UnixMilli())
	s.SetExpireAt("past", 1)

	ttl := func(key string) int64 {
		t.Helper()
		n, err := client.Do(t.Context(), "PTTL", key).Int64()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got, want := ttl("far"), int64(9223372036854); got != want {
		t.Errorf("PTTL far = %d, want %d", got, want)
	}
	if got := ttl("near"); got <= 3_500_000 || got > 3_600_000 {
		t.Errorf("PTTL near = %d, want about an hour", got)
	}
	if got, want := ttl("past"), int64(-2); got != want {
		t.Errorf("PTTL past = %d, want %d", got, want)
	}
	if got, want := s.Calls("PTTL"), 3; got != want {
		t.Errorf("Calls(PTTL) = %d, want %d", got, want)
	}
}

// recorder is a testing.TB that remembers its errors.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.errors)
}

func TestEnumeratingFailsTheTest(t *testing.T) {
	for _, command := range [][]any{{"KEYS", "*"}, {"SCAN", 0}, {"DBSIZE"}} {
		t.Run(fmt.Sprint(command[0]), func(t *testing.T) {
			rec := &recorder{TB: t}
			s := elastickvtest.Start(rec)
			client := redis.NewClient(s.Options())
			t.Cleanup(func() { _ = client.Close() })
			if err := client.Do(t.Context(), command...).Err(); err == nil {
				t.Error("the command was answered, want a closed connection")
			}
			want := []string{fmt.Sprintf("elastickv: %s %q ends the real server", command[0], texts(command[1:]))}
			if got := rec.seen(); !slices.Equal(got, want) {
				t.Errorf("errors = %q, want %q", got, want)
			}
		})
	}
}

func texts(args []any) []string {
	out := make([]string, 0, len(args))
	for _, a := range args {
		out = append(out, fmt.Sprint(a))
	}
	return out
}
