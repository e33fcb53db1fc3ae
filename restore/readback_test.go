package restore_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
)

// reader reads keys back with raw commands, in the model's canonical order.
type reader struct {
	tb   testing.TB
	conn *redis.Conn
}

func newReader(tb testing.TB, c *redis.Client) reader {
	tb.Helper()
	conn := c.Conn()
	tb.Cleanup(func() { _ = conn.Close() })
	return reader{tb: tb, conn: conn}
}

func (r reader) do(args ...any) any {
	r.tb.Helper()
	v, err := r.conn.Do(r.tb.Context(), args...).Result()
	if err != nil {
		r.tb.Fatalf("%.200q: %v", fmt.Sprint(args...), err)
	}
	return v
}

func (r reader) strings(args ...any) []string {
	r.tb.Helper()
	v := []string{}
	for _, s := range r.do(args...).([]any) {
		v = append(v, s.(string))
	}
	return v
}

func (r reader) sorted(args ...any) []string {
	v := r.strings(args...)
	slices.Sort(v)
	return v
}

// value returns the value of a key that is of the type of like.
func (r reader) value(name string, like keyspace.Value) keyspace.Value {
	r.tb.Helper()
	switch like := like.(type) {
	case keyspace.String:
		return keyspace.String(r.do("GET", name).(string))
	case keyspace.Hash:
		v := keyspace.Hash{}
		for pairs := r.strings("HGETALL", name); len(pairs) > 1; pairs = pairs[2:] {
			v = append(v, keyspace.Field{Name: pairs[0], Value: pairs[1]})
		}
		slices.SortFunc(v, func(a, b keyspace.Field) int { return cmp.Compare(a.Name, b.Name) })
		return v
	case keyspace.List:
		return keyspace.List(r.strings("LRANGE", name, 0, -1))
	case keyspace.Set:
		return keyspace.Set(r.sorted("SMEMBERS", name))
	case keyspace.ZSet:
		return r.zset(name)
	case keyspace.Stream:
		return r.stream(name)
	case keyspace.HyperLogLog:
		return r.hyperLogLog(name, like)
	case keyspace.Array, keyspace.Opaque:
	}
	return nil
}

func (r reader) zset(name string) keyspace.ZSet {
	v := keyspace.ZSet{}
	for pairs := r.strings("ZRANGE", name, 0, -1, "WITHSCORES"); len(pairs) > 1; pairs = pairs[2:] {
		score, err := strconv.ParseFloat(pairs[1], 64)
		if err != nil {
			r.tb.Fatal(err)
		}
		v = append(v, keyspace.Member{Name: pairs[0], Score: score})
	}
	slices.SortFunc(v, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
	return v
}

func (r reader) stream(name string) keyspace.Stream {
	r.tb.Helper()
	var v keyspace.Stream
	for _, raw := range r.do("XRANGE", name, "-", "+").([]any) {
		e := raw.([]any)
		i, ok := keyspace.ParseID(e[0].(string))
		if !ok {
			r.tb.Fatalf("entry ID %q", e[0])
		}
		var pairs []string
		for _, s := range e[1].([]any) {
			pairs = append(pairs, s.(string))
		}
		v.Entries = append(v.Entries, entry(i, pairs...))
	}
	info, _ := r.do("XINFO", "STREAM", name).([]any)
	for ; len(info) > 1; info = info[2:] {
		switch info[0] {
		case "last-generated-id":
			v.LastID, _ = keyspace.ParseID(info[1].(string))
		case "max-deleted-entry-id":
			v.MaxDeletedID, _ = keyspace.ParseID(info[1].(string))
		case "groups":
			if info[1] != int64(0) {
				r.tb.Errorf("stream %q has %v groups", name, info[1])
			}
		}
	}
	return v
}

// hyperLogLog returns want when the registers are those that adding its
// elements at once gives, on a fresh key.
func (r reader) hyperLogLog(name string, want keyspace.HyperLogLog) keyspace.HyperLogLog {
	r.tb.Helper()
	args := []any{"PFADD", "reference"}
	for _, e := range want {
		args = append(args, e)
	}
	r.do(args...)
	defer r.do("DEL", "reference")
	if got, ref := r.do("GET", name), r.do("GET", "reference"); got != ref {
		return keyspace.HyperLogLog{fmt.Sprintf("registers %q, want %q", got, ref)}
	}
	return want
}

// expireAt returns the expire time of a key.
func (r reader) expireAt(name string) keyspace.ExpireAt {
	r.tb.Helper()
	ms := r.do("PEXPIRETIME", name).(int64)
	if ms < 0 {
		return keyspace.ExpireAt{}
	}
	return keyspace.ExpireAtMs(ms)
}

// text spells a value with the bits of its scores, for comparison.
func text(v keyspace.Value) string {
	z, ok := v.(keyspace.ZSet)
	if !ok {
		return strings.ReplaceAll(fmt.Sprintf("%#q", v), "} {", "}\n{")
	}
	var b strings.Builder
	for _, m := range z {
		fmt.Fprintf(&b, "%q %s\n", m.Name, strconv.FormatFloat(m.Score, 'b', -1, 64))
	}
	return b.String()
}
