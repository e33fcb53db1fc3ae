package targettest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/target"
)

// Run runs the suite. open returns a fresh target that nobody else uses; the
// suite closes it.
func Run(t *testing.T, open func(t *testing.T) *target.Target) {
	t.Helper()
	tgt := open(t)
	t.Cleanup(func() { _ = tgt.Close() })
	s := &suite{tgt: tgt, client: connect(t, tgt)}
	t.Run("describes itself", s.describes)
	t.Run("starts empty", s.empty)
	t.Run("types", s.types)
	t.Run("binary strings", s.binary)
	t.Run("expiry", s.expiry)
	t.Run("clock", s.clock)
	t.Run("streams", s.streams)
	t.Run("caps", s.caps)
	t.Run("several connections", s.connections)
	t.Run("close", s.close)
}

type suite struct {
	tgt    *target.Target
	client *redis.Client
}

func connect(tb testing.TB, tgt *target.Target) *redis.Client {
	tb.Helper()
	o := *tgt.Options
	client := client.New(&o)
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

// do sends a command that must succeed; nil replies are nil.
func (s *suite) do(tb testing.TB, args ...any) any {
	tb.Helper()
	reply, err := s.client.Do(tb.Context(), args...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		tb.Fatalf("%q: %v", args, err)
	}
	return reply
}

func (s *suite) want(tb testing.TB, want any, args ...any) {
	tb.Helper()
	if diff := cmp.Diff(want, s.do(tb, args...)); diff != "" {
		tb.Errorf("%q (-want +got):\n%s", args, diff)
	}
}

func (s *suite) describes(t *testing.T) {
	if !s.tgt.Owned {
		t.Error("Owned = false, want true")
	}
	if s.tgt.Description == "" || s.tgt.Kind == "" {
		t.Errorf("Description = %q, Kind = %q, want both", s.tgt.Description, s.tgt.Kind)
	}
	o := s.tgt.Options
	if o.MaxRetries != -1 || o.Protocol != 2 {
		t.Errorf("MaxRetries = %d, Protocol = %d, want -1 and 2", o.MaxRetries, o.Protocol)
	}
	if s.tgt.Caps.Product == target.ProductUnknown {
		t.Error("Product = unknown")
	}
}

// empty also proves that probing left nothing behind.
func (s *suite) empty(t *testing.T) {
	s.want(t, int64(0), "DBSIZE")
	s.want(t, []any{"0", []any{}}, "SCAN", "0")
}

func (s *suite) types(t *testing.T) {
	s.want(t, "OK", "SET", "string", "value")
	s.want(t, "value", "GET", "string")
	s.want(t, int64(2), "HSET", "hash", "a", "1", "", "")
	s.want(t, int64(2), "HLEN", "hash")
	s.want(t, []any{"1", "", nil}, "HMGET", "hash", "a", "", "none")
	s.want(t, int64(3), "RPUSH", "list", "b", "a", "b")
	s.want(t, []any{"b", "a", "b"}, "LRANGE", "list", "0", "-1")
	s.want(t, int64(2), "SADD", "set", "b", "a", "b")
	s.want(t, int64(2), "SCARD", "set")
	s.want(t, int64(3), "ZADD", "zset", "2", "b", "-inf", "a", "inf", "c")
	s.want(t, []any{"a", "-inf", "b", "2", "c", "inf"}, "ZRANGE", "zset", "0", "-1", "WITHSCORES")
	s.want(t, int64(1), "PFADD", "hll", "a", "b", "a")
	s.want(t, int64(2), "PFCOUNT", "hll")
	for _, key := range []string{"string", "hash", "list", "set", "zset"} {
		s.want(t, key, "TYPE", key)
	}
	s.want(t, int64(6), "DEL", "string", "hash", "list", "set", "zset", "hll")
}

func (s *suite) binary(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, text := range []string{"", "\x00", "\r\n", "\xff\xfe", "é", string(all)} {
		s.want(t, "OK", "SET", "n"+text, text)
		s.want(t, text, "GET", "n"+text)
		s.want(t, int64(1), "DEL", "n"+text)
	}
	s.want(t, "OK", "SET", "", "empty name")
	s.want(t, "empty name", "GET", "")
	s.want(t, int64(1), "DEL", "")
}

// now is the server's clock in Unix milliseconds.
func (s *suite) now(tb testing.TB) int64 {
	tb.Helper()
	at, err := s.client.Time(tb.Context()).Result()
	if err != nil {
		tb.Fatal(err)
	}
	return at.UnixMilli()
}

func (s *suite) expiry(t *testing.T) {
	at := s.now(t) + time.Hour.Milliseconds() + 7
	s.want(t, int64(2), "RPUSH", "list", "a", "b")
	s.want(t, int64(1), "PEXPIREAT", "list", at)
	s.want(t, at, "PEXPIRETIME", "list")
	s.want(t, int64(1), "PEXPIREAT", "list", s.now(t)-1)
	s.want(t, int64(0), "EXISTS", "list")
}

// clock is right, or stands still: a key without a TTL keeps none.
func (s *suite) clock(t *testing.T) {
	first, second := s.now(t), s.now(t)
	if second < first {
		t.Errorf("the clock runs backwards: %d, then %d", first, second)
	}
	if s.tgt.Kind == target.KindEmbedded {
		if first != second {
			t.Errorf("the clock of an embedded server runs: %d, then %d", first, second)
		}
		return
	}
	if off := time.Since(time.UnixMilli(first)).Abs(); off > time.Minute {
		t.Errorf("the clock is off by %v", off)
	}
}

func (s *suite) streams(t *testing.T) {
	s.want(t, "1-5", "XADD", "stream", "1-5", "f", "a", "f", "b", "", "")
	s.want(t, "18446744073709551615-18446744073709551615", "XADD", "stream",
		"18446744073709551615-18446744073709551615", "\xff", "\x00")
	s.want(t, []any{
		[]any{"1-5", []any{"f", "a", "f", "b", "", ""}},
		[]any{"18446744073709551615-18446744073709551615", []any{"\xff", "\x00"}},
	}, "XRANGE", "stream", "-", "+")
	s.want(t, "7-7", "XADD", "drained", "7-7", "f", "v")
	s.want(t, int64(1), "XDEL", "drained", "7-7")
	s.want(t, int64(0), "XLEN", "drained")
	s.want(t, int64(1), "EXISTS", "drained")
	s.want(t, "stream", "TYPE", "drained")
	s.want(t, int64(2), "DEL", "stream", "drained")
}

func (s *suite) connections(t *testing.T) {
	for i := range 4 {
		client := connect(t, s.tgt)
		if err := client.Do(t.Context(), "INCR", "n").Err(); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	s.want(t, "4", "GET", "n")
	s.want(t, int64(1), "DEL", "n")
}

func (s *suite) close(t *testing.T) {
	if err := s.tgt.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := s.tgt.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	ctx := t.Context()
	o := *s.tgt.Options
	o.DialerRetries = 1
	client := client.New(&o)
	defer client.Close()
	if err := client.Do(ctx, "PING").Err(); err == nil {
		t.Error("the server answers after Close")
	}
}
