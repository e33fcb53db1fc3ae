package verify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

func (s *testServer) nowMs(tb testing.TB) int64 {
	tb.Helper()
	now, err := s.Client.Time(context.Background()).Result()
	if err != nil {
		tb.Fatal(err)
	}
	return now.UnixMilli()
}

var largestID = id(math.MaxUint64, math.MaxUint64)

func TestVerdicts(t *testing.T) {
	element := "9-9"
	set := keyspace.Set{"a", "b", "c"}
	for _, row := range []struct {
		name   string
		setup  [][]any
		src    sliceSource
		want   Verdicts
		diffs  []string
		status Outcome
		allow  Outcome
	}{
		{name: "nothing at all", status: Verified, allow: Verified},
		{name: "expired at the reference time",
			src:  sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.String("1"), ExpireAt: keyspace.ExpireAtMs(asOfMs)}}},
			want: Verdicts{Expired: 1}, status: Verified, allow: Verified},
		{name: "expired at the reference time, in parts",
			src:  sliceSource{keys: keyspace.Split(keyspace.Key{Name: "a", Value: set, ExpireAt: keyspace.ExpireAtMs(0)}, 1)},
			want: Verdicts{Expired: 1}, status: Verified, allow: Verified},
		{name: "expired at the reference time and present", setup: [][]any{{"SET", "a", "1"}},
			src:  sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.String("1"), ExpireAt: keyspace.ExpireAtMs(asOfMs)}}},
			want: Verdicts{Different: 1}, diffs: []string{`extra|a|key "a"`}, status: Different, allow: Different},
		{name: "expired by the server's clock",
			src:  sliceSource{keys: []keyspace.Key{{Name: "a", Value: set, ExpireAt: keyspace.ExpireAtMs(asOfMs + 1)}}},
			want: Verdicts{Expired: 1}, status: Verified, allow: Verified},
		{name: "empty and absent",
			src:  sliceSource{notes: []keyspace.Note{{Kind: keyspace.NoteEmpty, Name: "a", Type: keyspace.TypeHash}}},
			want: Verdicts{Empty: 1}, status: Verified, allow: Verified},
		{name: "empty and present", setup: [][]any{{"HSET", "a", "b", "c"}},
			src:  sliceSource{notes: []keyspace.Note{{Kind: keyspace.NoteEmpty, Name: "a", Type: keyspace.TypeHash}}},
			want: Verdicts{Different: 1}, diffs: []string{`extra|a|key "a"`}, status: Different, allow: Different},
		{name: "all members unrepresentable",
			src:  sliceSource{keys: []keyspace.Key{{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}}}}},
			want: Verdicts{Unrepresentable: 1}, status: Different, allow: Verified},
		{name: "all members unrepresentable, in parts",
			src: sliceSource{keys: keyspace.Split(keyspace.Key{Name: "z", Value: keyspace.ZSet{
				{Name: "a", Score: math.NaN()}, {Name: "b", Score: math.NaN()}}}, 1)},
			want: Verdicts{Unrepresentable: 1}, status: Different, allow: Verified},
		{name: "all members unrepresentable and present", setup: [][]any{{"ZADD", "z", "1", "a"}},
			src:  sliceSource{keys: []keyspace.Key{{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}}}}},
			want: Verdicts{Different: 1}, diffs: []string{`member_extra|z|key "z"/member "a"`}, status: Different, allow: Different},
		{name: "a collection without elements", // as another producer's dump may hold it
			src:  sliceSource{keys: []keyspace.Key{{Name: "h", Value: keyspace.Hash{}}}},
			want: Verdicts{Empty: 1}, status: Verified, allow: Verified},
		{name: "first part of a stream unrepresentable",
			setup: [][]any{{"XADD", "x", "2-0", "f", "v"}},
			src: sliceSource{keys: keyspace.Split(keyspace.Key{Name: "x", Value: keyspace.Stream{LastID: id(2, 0), Entries: []keyspace.Entry{
				{ID: id(1, 0)}, {ID: id(2, 0), Pairs: pairs("f", "v")}}}}, 1)},
			want: Verdicts{Unrepresentable: 1}, status: Different, allow: Verified},
		{name: "an extra entry before the largest ID",
			setup: [][]any{{"XADD", "x", "0-1", "f", "v"}, {"XADD", "x", largestID.String(), "f", "v"}},
			src: sliceSource{keys: []keyspace.Key{{Name: "x", Value: keyspace.Stream{LastID: largestID,
				Entries: []keyspace.Entry{{ID: largestID, Pairs: pairs("f", "v")}}}}}},
			want: Verdicts{Different: 1}, diffs: []string{`entry_extra|x|key "x"/entry 0-1`}, status: Different, allow: Different},
		{name: "unreadable",
			src: sliceSource{notes: []keyspace.Note{
				{Kind: keyspace.NoteUnreadable, Name: "a", Type: keyspace.TypeZSet},
				{Kind: keyspace.NoteUnreadable, Name: "a", Type: keyspace.TypeZSet}}},
			want: Verdicts{Unreadable: 1}, status: Incomplete, allow: Incomplete},
		{name: "unreadable and present", setup: [][]any{{"SET", "a", "1"}},
			src:  sliceSource{notes: []keyspace.Note{{Kind: keyspace.NoteUnreadable, Name: "a", Type: keyspace.TypeZSet}}},
			want: Verdicts{Unreadable: 1}, status: Incomplete, allow: Incomplete},
		{name: "unreadable and a difference", setup: [][]any{{"SET", "b", "1"}},
			src:  sliceSource{notes: []keyspace.Note{{Kind: keyspace.NoteUnreadable, Name: "a", Type: keyspace.TypeZSet}}},
			want: Verdicts{Unreadable: 1}, diffs: []string{`extra|b|key "b"`}, status: Different, allow: Different},
		{name: "score that is no number", setup: [][]any{{"ZADD", "a", "1", "m"}},
			src: sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.ZSet{
				{Name: "m", Score: 1}, {Name: "n", Score: math.NaN()}}}}},
			want: Verdicts{Unrepresentable: 1}, status: Different, allow: Verified},
		{name: "odd entry, only noted", setup: [][]any{{"XADD", "a", "1-1", "f", "v"}, {"XSETID", "a", "9-9"}},
			src: sliceSource{
				notes: []keyspace.Note{{Kind: keyspace.NoteUnrepresentable, Name: "a", Type: keyspace.TypeStream, Element: &element}},
				keys: []keyspace.Key{{Name: "a", Value: keyspace.Stream{LastID: id(9, 9), Entries: []keyspace.Entry{
					{ID: id(1, 1), Pairs: pairs("f", "v")}}}}}},
			want: Verdicts{Unrepresentable: 1}, status: Different, allow: Verified},
		{name: "unrepresentable and different", setup: [][]any{{"ZADD", "a", "2", "m"}},
			src: sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.ZSet{
				{Name: "m", Score: 1}, {Name: "n", Score: math.NaN()}}}}},
			want: Verdicts{Different: 1}, diffs: []string{`score|a|key "a"/member "m"/score`}, status: Different, allow: Different},
		{name: "unresolved", src: sliceSource{tally: keyspace.Tally{keyspace.NoteUnresolved: 1}}, status: Incomplete, allow: Verified},
		{name: "unknown", src: sliceSource{tally: keyspace.Tally{keyspace.NoteUnknown: 1}}, status: Incomplete, allow: Verified},
		{name: "score of -0 in a listpack", setup: [][]any{{"ZADD", "a", "-0", "m"}},
			src:  sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.ZSet{{Name: "m", Score: negativeZero}}}}},
			want: Verdicts{Equal: 1}, status: Verified, allow: Verified},
		{name: "score of 0 that is expected", setup: [][]any{{"ZADD", "a", "0", "m"}},
			src:  sliceSource{keys: []keyspace.Key{{Name: "a", Value: keyspace.ZSet{{Name: "m", Score: 0}}}}},
			want: Verdicts{Equal: 1}, status: Verified, allow: Verified},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t)
			for _, command := range row.setup {
				s.do(t, command...)
			}
			for _, protocol := range bothProtocols {
				res, diffs := s.over(protocol).verified(t, row.src, Options{})
				if diff := cmp.Diff(row.want, res.Verdicts); diff != "" {
					t.Errorf("RESP%d: verdicts (-want +got):\n%s", protocol, diff)
				}
				if res.Verdicts.Sum() != res.Keys || len(res.Invalid) > 0 {
					t.Errorf("RESP%d: %d verdicts of %d keys, invalid %q", protocol, res.Verdicts.Sum(), res.Keys, res.Invalid)
				}
				var got []string
				for _, d := range diffs {
					got = append(got, describe(d))
				}
				if diff := cmp.Diff(row.diffs, got); diff != "" {
					t.Errorf("RESP%d: differences (-want +got):\n%s", protocol, diff)
				}
				if got := res.Outcome(Allow{Empty: true}); got != row.status {
					t.Errorf("RESP%d: Outcome() = %v, want %v", protocol, got, row.status)
				}
				if got := res.Outcome(Allow{Unrepresentable: true, Unresolved: true, Unknown: true, Empty: true}); got != row.allow {
					t.Errorf("RESP%d: Outcome(all allowed) = %v, want %v", protocol, got, row.allow)
				}
			}
		})
	}
}

func TestNegativeZeroIsCounted(t *testing.T) {
	s := startRedis(t)
	s.do(t, "ZADD", "a", "-0", "m", "-0", "n")
	keys := []keyspace.Key{{Name: "a", Value: keyspace.ZSet{{Name: "m", Score: negativeZero}, {Name: "n", Score: negativeZero}}}}
	res, _ := s.verified(t, sliceSource{keys: keys}, Options{})
	if res.NegativeZero != 2 || len(res.NegativeZeros) != 1 || res.NegativeZeros[0].Key != "a" {
		t.Errorf("negative zeros: %d at %+v, want 2 at a", res.NegativeZero, res.NegativeZeros)
	}
}

// TestExpiryWithoutPExpireTime reads expire times by PTTL between two TIME.
func TestExpiryWithoutPExpireTime(t *testing.T) {
	server := redis7
	server.PExpireTime = false
	for _, row := range []struct {
		name  string
		offMs int64
		want  []string
	}{
		{"exact", 0, nil},
		{"off by 1 h", 3600_000, []string{`expiry|s-expires|key "s-expires"/expire_at_ms`}},
		{"off by 1 s", 1000, []string{`expiry|s-expires|key "s-expires"/expire_at_ms`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t)
			keys := sampleKeys()
			s.write(t, keys...)
			s.do(t, "PEXPIREAT", "s-expires", farMs+row.offMs)
			res, diffs := s.verified(t, sliceSource{keys: keys}, Options{Server: server})
			var got []string
			for _, d := range diffs {
				got = append(got, describe(d))
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if res.Expiry.Method != "pttl" || res.Expiry.ErrorMs < 1 || len(res.Invalid) > 0 {
				t.Errorf("expiry %+v, invalid %q", res.Expiry, res.Invalid)
			}
		})
	}
}

// TestManyDifferences reports at most so many differences of one key, and
// counts all of them.
func TestManyDifferences(t *testing.T) {
	s := startRedis(t)
	v := keyspace.Hash{}
	args := []any{"HSET", "h"}
	for i := range 1000 {
		v = append(v, keyspace.Field{Name: fmt.Sprintf("f%04d", i), Value: "want"})
		args = append(args, v[i].Name, "got!")
	}
	s.do(t, args...)
	res, diffs := s.verified(t, sliceSource{keys: []keyspace.Key{{Name: "h", Value: v}}}, Options{})
	last := diffs[len(diffs)-1]
	if len(diffs) != compare.MaxPerKey+1 || last.Kind != KindMore || last.Count != 900 {
		t.Errorf("%d differences, the last %+v, want %d and one for 900 more", len(diffs), last, compare.MaxPerKey)
	}
	if res.Differences != 1000 || len(res.Sample) != 20 {
		t.Errorf("%d differences, %d in the sample, want 1000 and 20", res.Differences, len(res.Sample))
	}
}

// TestExtraElementsInParts names what a key in parts holds too many.
func TestExtraElementsInParts(t *testing.T) {
	s := startRedis(t)
	keys := sampleKeys()
	s.write(t, keys...)
	s.do(t, "SADD", "t-big", "x1", "x2")
	s.do(t, "ZADD", "z-big", 1, "x3")
	s.do(t, "SET", "extra", "1")
	res, diffs := s.verified(t, sliceSource{keys: splitAll(keys[7:], 50)}, Options{Connections: 3})
	got := map[string]bool{}
	for _, d := range diffs {
		got[describe(d)] = true
	}
	for _, want := range []string{`member_extra|t-big|key "t-big"/member "x1"`, `member_extra|t-big|key "t-big"/member "x2"`,
		`member_extra|z-big|key "z-big"/member "x3"`, `extra|extra|key "extra"`, `extra|s|key "s"`} {
		if !got[want] {
			t.Errorf("no difference %q in %v", want, got)
		}
	}
	if res.Extra.Keys != 8 || res.Extra.Named != 8 || len(res.Invalid) > 0 {
		t.Errorf("extra %+v, invalid %q, want 8 keys", res.Extra, res.Invalid)
	}
}

func TestServerGoesAway(t *testing.T) {
	keys := make([]keyspace.Key, 5000)
	for i := range keys {
		keys[i] = keyspace.Key{Name: fmt.Sprintf("k%d", i), Value: keyspace.String("v")}
	}
	run := func(s *testServer, src sliceSource) (*Result, error) {
		return Run(context.Background(), s.Options, func() (keyspace.Source, error) { return src, nil },
			Options{Server: redis7, AsOfMs: asOfMs, Connections: 2})
	}
	t.Run("refuses", func(t *testing.T) {
		s := startRedis(t)
		s.write(t, keys[:10]...)
		s.do(t, "ACL", "SETUSER", "default", "-mget", "-get")
		res, err := run(s, sliceSource{keys: keys[:10]})
		if err != nil || res.Verdicts.Unsupported != 10 || !strings.Contains(res.Unchecked[0], "GET: NOPERM") {
			t.Errorf("Run() = %+v, %v, want 10 unsupported keys because of NOPERM", res, err)
		}
	})
	t.Run("killed", func(t *testing.T) {
		s := startRedis(t)
		s.write(t, keys...)
		_, err := run(s, sliceSource{keys: keys, at: func(i int) {
			if i == 2000 {
				s.Stop()
			}
		}})
		if !errors.Is(err, ErrTarget) {
			t.Errorf("Run() = %v, want %v", err, ErrTarget)
		}
	})
	t.Run("not there", func(t *testing.T) {
		s := &testServer{&redistest.Server{Options: &redis.Options{Network: "unix", Addr: t.TempDir() + "/none"}}}
		if _, err := run(s, sliceSource{keys: keys}); !errors.Is(err, ErrTarget) {
			t.Errorf("Run() = %v, want %v", err, ErrTarget)
		}
	})
	for _, row := range []struct {
		name string
		do   func(s *testServer)
		why  string
	}{
		{"emptied", func(s *testServer) { s.do(t, "FLUSHALL") }, "fewer than"},
		{"written to", func(s *testServer) { s.do(t, "SET", "k1", "w"); s.do(t, "SET", "k1", "v") }, "written to"},
		{"saved and written to", func(s *testServer) { s.do(t, "SAVE"); s.do(t, "SET", "k1", "w") }, "written to"},
		{"written to and saved", func(s *testServer) { s.do(t, "SET", "k1", "w"); s.do(t, "SAVE") }, "written to"},
		{"written to by a script and saved", func(s *testServer) {
			s.do(t, "EVAL", "return redis.call('SET', 'k1', 'w')", 0)
			s.do(t, "SAVE")
		}, "written to"},
		{"reset", func(s *testServer) { s.do(t, "CONFIG", "RESETSTAT") }, "reset"},
		{"evicting", func(s *testServer) {
			s.do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-random")
			s.do(t, "CONFIG", "SET", "maxmemory", 1)
			_ = s.Client.Do(context.Background(), "SET", "k1", "v").Err() // may be refused; the eviction counts
			s.do(t, "CONFIG", "SET", "maxmemory", 0)
		}, "evicted"},
		{"made a replica", func(s *testServer) { s.do(t, "REPLICAOF", "127.0.0.1", 1) }, "role"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t)
			s.write(t, keys...)
			res, err := run(s, sliceSource{keys: keys, at: func(i int) {
				if i == 4999 {
					row.do(s)
				}
			}})
			if err != nil {
				t.Fatalf("Run() = %v", err)
			}
			if res.Outcome(Allow{}) != Incomplete || !strings.Contains(strings.Join(res.Invalid, "\n"), row.why) {
				t.Errorf("Outcome() = %v, invalid %q, want incomplete and %q", res.Outcome(Allow{}), res.Invalid, row.why)
			}
		})
	}
	t.Run("source ends with an error", func(t *testing.T) {
		s := startRedis(t)
		broken := errors.New("broken source")
		if _, err := run(s, sliceSource{keys: keys, err: broken}); !errors.Is(err, broken) {
			t.Errorf("Run() = %v, want %v", err, broken)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		s := startRedis(t)
		ctx, cancel := context.WithCancel(context.Background())
		src := sliceSource{keys: keys, at: func(i int) {
			if i == 100 {
				cancel()
			}
		}}
		_, err := Run(ctx, s.Options, func() (keyspace.Source, error) { return src, nil }, Options{Server: redis7})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run() = %v, want %v", err, context.Canceled)
		}
	})
}

// TestSavesAreNoWrites saves under a run, as a server does by itself.
func TestSavesAreNoWrites(t *testing.T) {
	s := startRedis(t)
	keys := sampleKeys()
	s.write(t, keys...)
	res, diffs := s.verified(t, sliceSource{keys: keys, at: func(int) { s.do(t, "SAVE") }}, Options{})
	if len(diffs) > 0 || res.Outcome(Allow{}) != Verified {
		t.Errorf("differences %+v, invalid %q, want status 0", diffs, res.Invalid)
	}
}

// TestKeysExpireDuringTheRun expects keys that live just long enough to be read:
// whatever the clock does to them, nothing is different. On a slow machine they
// are given more time.
func TestKeysExpireDuringTheRun(t *testing.T) {
	s := startRedis(t)
	for life := int64(500); !keysExpireDuringTheRun(t, s, life); life *= 2 {
		s.do(t, "FLUSHALL")
	}
}

// keysExpireDuringTheRun reports whether keys that live for life ms were read
// before they expired.
func keysExpireDuringTheRun(t *testing.T, s *testServer, life int64) bool {
	t.Helper()
	const pairs = 500
	var lasting, expiring []keyspace.Key
	for i := range pairs {
		lasting = append(lasting, keyspace.Key{Name: fmt.Sprintf("l%d", i), Value: keyspace.Set{"a", "b"}})
		expiring = append(expiring, keyspace.Key{Name: fmt.Sprintf("e%d", i), Value: keyspace.Set{"a", "b"}})
	}
	s.write(t, lasting...)
	s.write(t, expiring...)
	s.do(t, "SET", "extra", "1")
	last := s.nowMs(t) + life
	for i := range expiring {
		ms := last - int64(i%100)
		s.do(t, "PEXPIREAT", expiring[i].Name, ms)
		expiring[i].ExpireAt = keyspace.ExpireAtMs(ms)
	}
	keys := slices.Concat(expiring, lasting)
	wait := func(i int) {
		for i == len(keys)-1 && s.nowMs(t) <= last {
			<-time.After(time.Millisecond)
		}
	}
	res, diffs := s.verified(t, sliceSource{keys: keys, at: wait}, Options{})
	if len(diffs) != 1 || diffs[0].Kind != KindExtra || diffs[0].Key != "extra" {
		t.Errorf("differences %+v, want the extra key", diffs)
	}
	if len(res.Invalid) > 0 || res.Verdicts.Equal+res.Verdicts.Expired != 2*pairs {
		t.Errorf("verdicts %+v, invalid %q", res.Verdicts, res.Invalid)
	}
	return t.Failed() || res.Verdicts.Equal > pairs
}
