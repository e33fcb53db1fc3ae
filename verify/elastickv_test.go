package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/target/elastickvtest"
	"redrill/verify/internal/compare"
)

// elastickv is what an elastickv can do.
var elastickv = Server{Product: "elastickv", Info: true, SmallZero: ZeroKept, LargeZero: ZeroKept,
	ExactPFCount: true, KeepsEmpty: true, HoldsAll: true}

// embedded is what a miniredis can do.
var embedded = Server{
	Product: "miniredis", Time: true, PExpireTime: true, MGet: true, GetRange: true, HMGet: true, SMIsMember: true,
	ZMScore: true, ElementScan: true, Scan: true, DBSize: true, Databases: true, LastID: true,
}

func clientOf(tb testing.TB, o *redis.Options) *testServer {
	tb.Helper()
	o.MaxRetries, o.Protocol = -1, 2
	client := redis.NewClient(o)
	tb.Cleanup(func() { _ = client.Close() })
	return &testServer{&redistest.Server{Options: o, Client: client}}
}

func elastickvKeys() []keyspace.Key {
	big := keyspace.Set{}
	for i := range 500 {
		big = append(big, fmt.Sprintf("m%03d", i))
	}
	return []keyspace.Key{
		{Name: "s", Value: keyspace.String("hello\xff")},
		{Name: "s-expires", Value: keyspace.String("x"), ExpireAt: keyspace.ExpireAtMs(farMs)},
		{Name: "s-far", Value: keyspace.String("x"), ExpireAt: keyspace.ExpireAtMs(math.MaxInt64)},
		{Name: "h", Value: keyspace.Hash{{Name: "", Value: ""}, {Name: "a", Value: "1"}}},
		{Name: "l", Value: keyspace.List{"a", "b", "", "b"}},
		{Name: "t", Value: keyspace.Set{"", "a"}},
		{Name: "t-big", Value: big},
		{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: math.Inf(-1)},
			{Name: "c", Score: 5e-324}, {Name: "d", Score: negativeZero}}},
		{Name: "x", Value: keyspace.Stream{LastID: id(9, 0), Entries: []keyspace.Entry{
			{ID: id(1, 1), Pairs: pairs("f", "a", "f", "b")}, {ID: id(5, 1), Pairs: pairs("f", "1")}}}},
		{Name: "p", Value: keyspace.HyperLogLog{"a", "b", "c"}},
	}
}

func startElastickv(t *testing.T) (*testServer, *elastickvtest.Server) {
	t.Helper()
	fake := elastickvtest.Start(t)
	s := clientOf(t, fake.Options())
	for _, k := range elastickvKeys() {
		expireAt := k.ExpireAt
		k.ExpireAt = keyspace.ExpireAt{}
		if v, ok := k.Value.(keyspace.Stream); ok {
			for _, e := range v.Entries {
				args := []any{"XADD", k.Name, e.ID.String()}
				for _, p := range e.Pairs {
					args = append(args, p.Field, p.Value)
				}
				s.do(t, args...)
			}
			continue
		}
		switch v := k.Value.(type) {
		case keyspace.String:
			s.do(t, "SET", k.Name, string(v))
		case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.Stream, keyspace.HyperLogLog:
			s.write(t, k)
		case keyspace.Array, keyspace.Opaque:
		}
		if ms, ok := expireAt.Ms(); ok {
			fake.SetExpireAt(k.Name, ms)
		}
	}
	return s, fake
}

func (s *testServer) verifiedLive(t *testing.T, src sliceSource) (*Result, []string) {
	t.Helper()
	var got []string
	res, err := Run(context.Background(), s.Options, func() (keyspace.Source, error) { return src, nil }, Options{
		Server: elastickv, Connections: 2, NoScan: true, Now: time.Now, AsOfMs: time.Now().UnixMilli(),
		Diffs: func(d Difference) { got = append(got, describe(d)) },
	})
	if err != nil {
		t.Fatalf("Run() = %v", err)
	}
	return res, got
}

func TestElastickv(t *testing.T) {
	s, fake := startElastickv(t)
	fake.SetEmpty("drained", "hash")
	keys := elastickvKeys()
	notes := []keyspace.Note{
		{Kind: keyspace.NoteEmpty, Name: "drained", Type: keyspace.TypeHash},
		{Kind: keyspace.NoteEmpty, Name: "gone", Type: keyspace.TypeSet},
	}
	for _, row := range []struct{ size, protocol int }{{1_000_000, 2}, {3, 2}, {3, 3}} { // it does not know RESP3
		t.Run(fmt.Sprintf("equal in parts of %d, RESP%d", row.size, row.protocol), func(t *testing.T) {
			res, diffs := s.over(row.protocol).verifiedLive(t, sliceSource{keys: splitAll(keys, row.size), notes: notes})
			if len(diffs) > 0 || len(res.Invalid) > 0 {
				t.Errorf("differences %q, invalid %q", diffs, res.Invalid)
			}
			if want := int64(len(keys)); res.Verdicts.Equal != want || res.Verdicts.Empty != 2 {
				t.Errorf("verdicts %+v, want %d equal and 2 empty", res.Verdicts, want)
			}
			if got := res.Outcome(Allow{}); got != Incomplete {
				t.Errorf("Outcome() = %v, want incomplete: it says nothing of other keys and of writes", got)
			}
			if got := res.Outcome(Allow{Unchecked: Promises[:]}); got != Verified {
				t.Errorf("Status(unchecked allowed) = %d, want 0", got)
			}
			if !slices.Contains(res.Unchecked, "extra keys: not looked for") || res.Extra.Checked {
				t.Errorf("unchecked %q, want extra keys", res.Unchecked)
			}
			if res.Canaries.Planted < 40 || res.Canaries.Planted != res.Canaries.Caught {
				t.Errorf("canaries: %+v", res.Canaries)
			}
		})
	}
	for _, row := range []struct {
		name    string
		command []any
		want    string
	}{
		{"string", []any{"SET", "s", "hello"}, `value|s|key "s"/value@5`},
		{"field", []any{"HSET", "h", "a", "2"}, `field_value|h|key "h"/field "a"/value@0`},
		{"field extra", []any{"HSET", "h", "b", "2"}, `field_extra|h|key "h"/field "b"`},
		{"member missing", []any{"SREM", "t-big", "m001"}, `member_missing|t-big|key "t-big"/member "m001"`},
		{"member extra", []any{"SADD", "t", "b"}, `member_extra|t|key "t"/member "b"`},
		{"score", []any{"ZADD", "z", "0.10000000000000002", "a"}, `score|z|key "z"/member "a"/score`},
		{"score of -0", []any{"ZADD", "z", "1", "d"}, `score|z|key "z"/member "d"/score`},
		{"list", []any{"LSET", "l", "0", "x"}, `value|l|key "l"/element #0/value@0`},
		{"entry", []any{"XADD", "x", "7-1", "a", "b"}, `entry_extra|x|key "x"/entry 7-1`},
		{"hyperloglog", []any{"PFADD", "p", "d"}, `hll_register|p|key "p"/count`},
		{"string becomes hyperloglog", []any{"PFADD", "s", "d"}, ""},
		{"missing", []any{"DEL", "l"}, `missing|l|key "l"`},
		{"filled", []any{"HSET", "drained", "a", "b"}, `extra|drained|key "drained"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.want == "" {
				t.Skip("the server for tests keeps no two types apart here")
			}
			s, fake := startElastickv(t)
			fake.SetEmpty("drained", "hash")
			s.do(t, row.command...)
			_, diffs := s.verifiedLive(t, sliceSource{keys: elastickvKeys(), notes: notes})
			if diff := cmp.Diff([]string{row.want}, diffs); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestElastickvHoldsAll: what no Redis can hold is compared with a store that
// can.
func TestElastickvHoldsAll(t *testing.T) {
	key := keyspace.Key{Name: "nan", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "b", Score: math.NaN()}, {Name: "c", Score: 2}}}
	note := keyspace.Note{Kind: keyspace.NoteUnrepresentable, Name: "nan", Type: keyspace.TypeZSet}
	for _, row := range []struct {
		name, score string
		want        []string
	}{
		{"equal", "nan", nil},
		{"another score", "3", []string{`score|nan|key "nan"/member "b"/score`}},
		{"missing", "", []string{`member_missing|nan|key "nan"/member "b"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, _ := startElastickv(t)
			s.do(t, "ZADD", "nan", 1, "a", 2, "c")
			if row.score != "" {
				s.do(t, "ZADD", "nan", row.score, "b")
			}
			for _, size := range []int{1_000_000, 1} {
				res, diffs := s.verifiedLive(t, sliceSource{keys: splitAll(append(elastickvKeys(), key), size), notes: []keyspace.Note{note}})
				if diff := cmp.Diff(row.want, diffs); diff != "" || len(res.Invalid) > 0 {
					t.Errorf("invalid %q, differences (-want +got):\n%s", res.Invalid, diff)
				}
				want := Verified
				if row.want != nil {
					want = Different
				}
				if got := res.Outcome(Allow{Unchecked: Promises[:]}); got != want || res.Verdicts.Unrepresentable != 0 {
					t.Errorf("Outcome() = %v, verdicts %+v, want %v", got, res.Verdicts, want)
				}
			}
		})
	}
}

// TestElastickvRequests: a store that is slow per request is asked twice about a
// key: for its value, and for its expire time, which says, too, that it exists.
func TestElastickvRequests(t *testing.T) {
	for _, k := range elastickvKeys() {
		for _, n := range []int{1, 200} {
			s := clientOf(t, elastickvtest.Start(t).Options())
			var mu sync.Mutex
			asked := map[string]int{}
			at := s.answering(t, func(words []string) string {
				mu.Lock()
				defer mu.Unlock()
				asked[words[0]]++
				if len(words) > 1 && strings.HasPrefix(words[1], "key-") && words[0] == "PTTL" {
					return ":-2\r\n" // no canaries, which are asked for like keys
				}
				return ""
			})
			var keys []keyspace.Key
			for i := range n {
				k.Name, k.ExpireAt = fmt.Sprintf("key-%d", i), keyspace.ExpireAt{}
				keys = append(keys, k)
			}
			at.verifiedLive(t, sliceSource{keys: keys})
			delete(asked, "HELLO")
			delete(asked, "INFO")
			total := 0
			for _, n := range asked {
				total += n
			}
			if total != 2*n {
				t.Errorf("%d keys like %q: %v, want 2 requests for each", n, k.Value.Type(), asked)
			}
		}
	}
}

func TestElastickvExpiry(t *testing.T) {
	for _, row := range []struct {
		name string
		ms   int64
		want []string
	}{
		{"off by an hour", farMs - 3600_000, []string{`expiry|s-expires|key "s-expires"/expire_at_ms`}},
		{"beyond what it can say", math.MaxInt64, []string{`expiry|s-expires|key "s-expires"/expire_at_ms`}},
		{"within the uncertainty", farMs + 3, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, fake := startElastickv(t)
			fake.SetExpireAt("s-expires", row.ms)
			res, diffs := s.verifiedLive(t, sliceSource{keys: elastickvKeys()})
			if diff := cmp.Diff(row.want, diffs); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if res.Expiry.ErrorMs < compare.ClockSkewMs || res.Expiry.Method != "pttl" {
				t.Errorf("expiry = %+v, want its uncertainty", res.Expiry)
			}
		})
	}
}

func TestEmbedded(t *testing.T) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	m.SetTime(time.UnixMilli(asOfMs))
	s := clientOf(t, &redis.Options{Addr: m.Addr()})
	keys := elastickvKeys()
	keys = slices.DeleteFunc(keys, func(k keyspace.Key) bool { return k.Name == "s-far" }) // beyond time.Duration
	for i, k := range keys {
		if v, ok := k.Value.(keyspace.Stream); ok {
			for _, e := range v.Entries {
				args := []any{"XADD", k.Name, e.ID.String()}
				for _, p := range e.Pairs {
					args = append(args, p.Field, p.Value)
				}
				s.do(t, args...)
			}
			v.LastID = keyspace.ID{}
			keys[i].Value = v
			continue
		}
		s.write(t, k)
	}
	run := func(t *testing.T, protocol int) (*Result, []Difference) {
		t.Helper()
		return s.over(protocol).verified(t, sliceSource{keys: keys}, Options{Server: embedded, FrozenClock: true, Connections: 2})
	}
	for _, protocol := range bothProtocols {
		res, diffs := run(t, protocol)
		if len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != int64(len(keys)) {
			t.Errorf("differences %+v, invalid %q, verdicts %+v", diffs, res.Invalid, res.Verdicts)
		}
		unchecked := strings.Join(res.Unchecked, "\n")
		if !strings.Contains(unchecked, "hyperloglogs") || !strings.Contains(unchecked, "largest deleted ID") {
			t.Errorf("unchecked %q, want HyperLogLogs and deleted IDs", res.Unchecked)
		}
	}
	s.do(t, "PEXPIREAT", "s-expires", int64(farMs+1))
	s.do(t, "SET", "more", "1")
	for _, protocol := range bothProtocols {
		res, diffs := run(t, protocol)
		var got []string
		for _, d := range diffs {
			got = append(got, describe(d))
		}
		want := []string{`expiry|s-expires|key "s-expires"/expire_at_ms`, `extra|more|key "more"`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("differences (-want +got):\n%s", diff)
		}
		if res.Outcome(Allow{}) != Different {
			t.Errorf("Outcome() = %v, invalid %q", res.Outcome(Allow{}), res.Invalid)
		}
	}
}
