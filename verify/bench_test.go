package verify

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"redrill/keyspace"
)

// mixedKeys generates small keys of every type.
func mixedKeys(n int) []keyspace.Key {
	keys := make([]keyspace.Key, 0, n)
	for i := range n {
		k := keyspace.Key{Name: fmt.Sprintf("key:%08d", i)}
		switch i % 10 {
		case 0, 1, 2, 3, 4:
			k.Value = keyspace.String(fmt.Sprintf("value %d of some bytes", i))
		case 5:
			v := keyspace.Hash{}
			for j := range 5 {
				v = append(v, keyspace.Field{Name: fmt.Sprintf("field%d", j), Value: fmt.Sprint(i * j)})
			}
			k.Value = v
		case 6:
			v := keyspace.List{}
			for j := range 5 {
				v = append(v, fmt.Sprint(i*j))
			}
			k.Value = v
		case 7:
			v := keyspace.Set{}
			for j := range 5 {
				v = append(v, fmt.Sprintf("member%d", j))
			}
			k.Value = v
		case 8:
			v := keyspace.ZSet{}
			for j := range 5 {
				v = append(v, keyspace.Member{Name: fmt.Sprintf("member%d", j), Score: float64(i) + 0.5})
			}
			k.Value = v
		case 9:
			v := keyspace.Stream{LastID: keyspace.ID{Ms: 9}}
			for j := range 3 {
				v.Entries = append(v.Entries, keyspace.Entry{ID: keyspace.ID{Ms: uint64(j + 1)}, Pairs: pairs("f", "v", "g", "w")})
			}
			k.Value = v
		}
		if i%4 == 0 {
			k.ExpireAt = keyspace.ExpireAtMs(farMs + int64(i))
		}
		keys = append(keys, k)
	}
	return keys
}

// load writes keys in pipelines.
func (s *testServer) load(tb testing.TB, keys []keyspace.Key) {
	tb.Helper()
	ctx := context.Background()
	pipe := s.Client.Pipeline()
	for i, k := range keys {
		switch v := k.Value.(type) {
		case keyspace.String:
			pipe.Do(ctx, "SET", k.Name, string(v))
		case keyspace.Hash:
			args := []any{"HSET", k.Name}
			for _, f := range v {
				args = append(args, f.Name, f.Value)
			}
			pipe.Do(ctx, args...)
		case keyspace.List:
			args := []any{"RPUSH", k.Name}
			for _, e := range v {
				args = append(args, e)
			}
			pipe.Do(ctx, args...)
		case keyspace.Set:
			args := []any{"SADD", k.Name}
			for _, e := range v {
				args = append(args, e)
			}
			pipe.Do(ctx, args...)
		case keyspace.ZSet:
			args := []any{"ZADD", k.Name}
			for _, m := range v {
				args = append(args, strconv.FormatFloat(m.Score, 'g', -1, 64), m.Name)
			}
			pipe.Do(ctx, args...)
		case keyspace.Stream:
			for _, e := range v.Entries {
				args := []any{"XADD", k.Name, e.ID.String()}
				for _, p := range e.Pairs {
					args = append(args, p.Field, p.Value)
				}
				pipe.Do(ctx, args...)
			}
			pipe.Do(ctx, "XSETID", k.Name, v.LastID.String(), "ENTRIESADDED", 9, "MAXDELETEDID", "0-0")
		case keyspace.HyperLogLog:
			args := []any{"PFADD", k.Name}
			for _, e := range v {
				args = append(args, e)
			}
			pipe.Do(ctx, args...)
		case keyspace.Array, keyspace.Opaque:
		}
		if ms, ok := k.ExpireAt.Ms(); ok {
			pipe.Do(ctx, "PEXPIREAT", k.Name, ms)
		}
		if pipe.Len() >= 500 || i == len(keys)-1 {
			if _, err := pipe.Exec(ctx); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// BenchmarkRun reads a mixed key space back, per key. BenchmarkLoad is what a
// plain pipelined client needs to write it.
func BenchmarkRun(b *testing.B) {
	for _, connections := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			keys := mixedKeys(max(b.N, 1000))
			s := startRedis(b)
			s.load(b, keys)
			b.ReportAllocs()
			b.ResetTimer()
			res, _ := s.verified(b, sliceSource{keys: keys}, Options{Connections: connections})
			if res.Outcome(Allow{}) != Verified {
				b.Fatalf("result: %+v", res)
			}
			b.ReportMetric(float64(len(keys))/b.Elapsed().Seconds(), "keys/s")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	keys := mixedKeys(max(b.N, 1000))
	s := startRedis(b)
	b.ReportAllocs()
	b.ResetTimer()
	s.load(b, keys)
	b.ReportMetric(float64(len(keys))/b.Elapsed().Seconds(), "keys/s")
}
