package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// fieldServer is a redis-server whose fields of hashes expire: what it answers to
// HPEXPIRETIME is held here. As a server that has not removed them yet it counts fields
// that have expired, and does not show them.
type fieldServer struct {
	*testServer                             // to ask
	behind      *testServer                 // to write to
	mu          sync.Mutex                  // guards what follows
	times       map[string]map[string]int64 // by key and field
	nowMs       int64
}

func startFieldServer(t *testing.T) *fieldServer {
	t.Helper()
	s := &fieldServer{behind: startRedis(t), times: map[string]map[string]int64{}}
	s.nowMs = s.behind.nowMs(t)
	s.testServer = s.behind.answering(t, func(words []string) string { return s.answer(t, words) })
	return s
}

// set writes keys with the times of their fields.
func (s *fieldServer) set(t *testing.T, keys ...keyspace.Key) {
	t.Helper()
	s.behind.write(t, keys...)
	for _, k := range keys {
		v, _ := k.Value.(keyspace.Hash)
		for _, f := range v {
			if ms, expires := f.ExpireAt.Ms(); expires {
				s.expire(k.Name, f.Name, ms)
			}
		}
	}
}

// expire sets the expire time of a field; 0 is none.
func (s *fieldServer) expire(key, field string, ms int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times[key] == nil {
		s.times[key] = map[string]int64{}
	}
	if s.times[key][field] = ms; ms == 0 {
		delete(s.times[key], field)
	}
}

func (s *fieldServer) answer(t *testing.T, words []string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	hidden := func(key, field string) bool { ms, ok := s.times[key][field]; return ok && ms <= s.nowMs }
	bulk := func(v any) string {
		if v == nil {
			return "$-1\r\n"
		}
		return fmt.Sprintf("$%d\r\n%v\r\n", len(fmt.Sprint(v)), v)
	}
	var b strings.Builder
	switch words[0] {
	case "HMGET":
		fmt.Fprintf(&b, "*%d\r\n", len(words)-2)
		for _, f := range words[2:] {
			v, err := s.behind.Client.Do(context.Background(), "HGET", words[1], f).Result()
			if err != nil && strings.HasPrefix(err.Error(), "WRONGTYPE") {
				return ""
			}
			if hidden(words[1], f) {
				v = nil
			}
			b.WriteString(bulk(v))
		}
	case "HPEXPIRETIME":
		fmt.Fprintf(&b, "*%d\r\n", len(words)-4)
		for _, f := range words[4:] {
			n, err := s.behind.Client.Do(context.Background(), "HEXISTS", words[1], f).Int()
			ms, expires := s.times[words[1]][f]
			switch {
			case err != nil:
				return "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
			case n == 0 || hidden(words[1], f):
				ms = -2
			case !expires:
				ms = -1
			}
			fmt.Fprintf(&b, ":%d\r\n", ms)
		}
	case "HSCAN":
		all := s.behind.Client.HGetAll(context.Background(), words[1]).Val()
		n := 0
		for _, f := range slices.Sorted(maps.Keys(all)) {
			if !hidden(words[1], f) {
				b.WriteString(bulk(f) + bulk(all[f]))
				n += 2
			}
		}
		return fmt.Sprintf("*2\r\n$1\r\n0\r\n*%d\r\n%s", n, b.String())
	}
	return b.String()
}

// fieldTimes is what a server with expire times of fields can do.
func fieldTimes() Server {
	s := redis7
	s.FieldExpiry = true
	return s
}

func expiring(name, value string, ms int64) keyspace.Field {
	return keyspace.Field{Name: name, Value: value, ExpireAt: keyspace.ExpireAtMs(ms)}
}

// sampleFields are hashes whose fields expire: some, all, none, and one in parts.
func sampleFields() []keyspace.Key {
	var big keyspace.Hash
	for i := range 60 {
		f := keyspace.Field{Name: fmt.Sprintf("f%02d", i), Value: "v"}
		if i%3 > 0 {
			f.ExpireAt = keyspace.ExpireAtMs(farMs + int64(i))
		}
		big = append(big, f)
	}
	return []keyspace.Key{
		{Name: "some", Value: keyspace.Hash{{Name: "a", Value: "1"}, expiring("b", "2", farMs), expiring("c", "3", farMs+1)}},
		{Name: "all", Value: keyspace.Hash{expiring("a", "1", farMs)}},
		{Name: "none", Value: keyspace.Hash{{Name: "a", Value: "1"}}},
		{Name: "big", Value: big, ExpireAt: keyspace.ExpireAtMs(farMs)},
	}
}

// TestFieldExpiry makes every kind of edit of the expire times of fields, and demands
// exactly one difference, in keys of one part and of several.
func TestFieldExpiry(t *testing.T) {
	s := startFieldServer(t)
	s.set(t, sampleFields()...)
	for _, size := range []int{100, 7} {
		for _, row := range []struct {
			name       string
			key, field string
			was, ms    int64
			want       string
		}{
			{"nothing", "some", "b", farMs, farMs, ""},
			{"a millisecond later", "some", "b", farMs, farMs + 1, `field_expiry|some|key "some"/field "b"/expire_at_ms`},
			{"a millisecond earlier", "all", "a", farMs, farMs - 1, `field_expiry|all|key "all"/field "a"/expire_at_ms`},
			{"none", "some", "c", farMs + 1, 0, `field_expiry_missing|some|key "some"/field "c"/expire_at_ms`},
			{"one too many", "some", "a", 0, farMs, `field_expiry_extra|some|key "some"/field "a"/expire_at_ms`},
			{"one too many in a hash without", "none", "a", 0, farMs, `field_expiry_extra|none|key "none"/field "a"/expire_at_ms`},
			{"in a large hash", "big", "f59", farMs + 59, farMs + 60, `field_expiry|big|key "big"/field "f59"/expire_at_ms`},
		} {
			t.Run(fmt.Sprintf("%s, in parts of %d", row.name, size), func(t *testing.T) {
				s.expire(row.key, row.field, row.ms)
				defer s.expire(row.key, row.field, row.was)
				res, diffs := s.verified(t, sliceSource{keys: splitAll(sampleFields(), size)}, Options{Server: fieldTimes()})
				var got []string
				for _, d := range diffs {
					got = append(got, describe(d))
				}
				if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" || len(res.Invalid) > 0 {
					t.Errorf("differences (-want +got):\n%s, invalid %q", diff, res.Invalid)
				}
				planted := map[Kind]bool{}
				for _, c := range res.Canaries.Kinds {
					planted[c.Kind] = c.Planted > 0
				}
				if row.want == "" && (!planted[KindFieldExpiry] || !planted[KindFieldExpiryMissing] || !planted[KindFieldExpiryExtra] || res.Outcome(Allow{}) != Verified) {
					t.Errorf("canaries %+v, outcome %v, want each kind and verified", res.Canaries, res.Outcome(Allow{}))
				}
			})
		}
	}
}

// TestFieldsWithoutTimes: where the server shows no expire times of fields, keys that
// have some are unsupported, once with a reason, and others are compared.
func TestFieldsWithoutTimes(t *testing.T) {
	s := startRedis(t)
	s.write(t, sampleFields()...)
	for name, server := range map[string]Server{"not known": redis7, "refused": fieldTimes()} {
		t.Run(name, func(t *testing.T) {
			res, diffs := s.verified(t, sliceSource{keys: splitAll(sampleFields(), 50)}, Options{Server: server})
			want := Verdicts{Equal: 1, Unsupported: 3}
			if name == "refused" {
				want = Verdicts{Unsupported: 4}
			}
			if res.Verdicts != want || len(diffs) > 0 || len(res.Invalid) > 0 || res.Outcome(Allow{}) != Incomplete {
				t.Errorf("verdicts %+v, differences %v, invalid %q; want %+v and nothing else", res.Verdicts, diffs, res.Invalid, want)
			}
			if n := strings.Count(strings.Join(res.Unchecked, "\n"), "HPEXPIRETIME"); n < 1 || n > 4 {
				t.Errorf("unchecked %q, want the command", res.Unchecked)
			}
		})
	}
}

// TestFieldsExpire: fields that have expired, at the reference time or by the server's
// clock, are expected to be gone, and so are hashes of which nothing is left. What the
// server still counts, and does not show, is no difference.
func TestFieldsExpire(t *testing.T) {
	const passed = asOfMs - 1000
	keys := []keyspace.Key{
		{Name: "before", Value: keyspace.Hash{{Name: "a", Value: "1"}, expiring("b", "2", passed), {Name: "c", Value: "3"}}},
		{Name: "since", Value: keyspace.Hash{{Name: "a", Value: "1"}, expiring("b", "2", asOfMs+1)}},
		{Name: "whole before", Value: keyspace.Hash{expiring("a", "1", passed), expiring("b", "2", asOfMs)}},
		{Name: "whole since", Value: keyspace.Hash{expiring("a", "1", passed), expiring("b", "2", asOfMs+1)}},
	}
	want := Verdicts{Equal: 2, Expired: 2}
	check := func(t *testing.T, s *fieldServer, size int, want Verdicts, kinds map[Kind]int64) {
		t.Helper()
		res, diffs := s.verified(t, sliceSource{keys: splitAll(keys, size)}, Options{Server: fieldTimes()})
		if diff := cmp.Diff(kinds, res.Kinds); diff != "" || res.Verdicts != want || len(res.Invalid) > 0 {
			t.Errorf("in parts of %d: kinds (-want +got):\n%sdifferences %+v, verdicts %+v, want %+v; invalid %q", size, diff, diffs, res.Verdicts, want, res.Invalid)
		}
	}
	for _, size := range []int{100, 1} {
		t.Run(fmt.Sprintf("still counted, in parts of %d", size), func(t *testing.T) {
			s := startFieldServer(t)
			s.set(t, keys...)
			check(t, s, size, Verdicts{Equal: 3, Expired: 1}, map[Kind]int64{})
		})
		t.Run(fmt.Sprintf("removed, in parts of %d", size), func(t *testing.T) {
			s := startFieldServer(t)
			s.set(t, keys...)
			s.behind.do(t, "HDEL", "before", "b")
			s.behind.do(t, "HDEL", "since", "b")
			s.behind.do(t, "DEL", "whole before", "whole since")
			check(t, s, size, want, map[Kind]int64{})
		})
		t.Run(fmt.Sprintf("lost with a field that does not expire, in parts of %d", size), func(t *testing.T) {
			s := startFieldServer(t)
			s.set(t, keys...)
			s.behind.do(t, "DEL", "since")
			check(t, s, size, Verdicts{Equal: 2, Expired: 1, Missing: 1}, map[Kind]int64{KindMissing: 1})
		})
		t.Run(fmt.Sprintf("alive after all, in parts of %d", size), func(t *testing.T) {
			s := startFieldServer(t)
			s.set(t, keys...)
			s.expire("before", "b", 0)
			s.expire("whole before", "a", farMs)
			check(t, s, size, Verdicts{Equal: 2, Different: 2}, map[Kind]int64{KindFieldExtra: 2})
		})
	}
	t.Run("lost, not expired", func(t *testing.T) {
		s := startFieldServer(t)
		alive := keyspace.Key{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}, expiring("b", "2", farMs)}}
		s.set(t, alive)
		s.behind.do(t, "HDEL", "h", "b")
		res, _ := s.verified(t, sliceSource{keys: []keyspace.Key{alive, {Name: "i", Value: keyspace.Hash{expiring("a", "1", farMs)}}}}, Options{Server: fieldTimes()})
		if diff := cmp.Diff(map[Kind]int64{KindFieldMissing: 1, KindMissing: 1}, res.Kinds); diff != "" || res.Verdicts.Expired != 0 {
			t.Errorf("kinds (-want +got):\n%s, verdicts %+v", diff, res.Verdicts)
		}
	})
}

// TestFieldsExpireDuringTheRun: a field that is there when it is asked may be gone when
// its hash is counted, and an extra one does not hide behind it.
func TestFieldsExpireDuringTheRun(t *testing.T) {
	for _, extra := range []bool{false, true} {
		s := startFieldServer(t)
		soon := s.nowMs - 1 // it has come when the run ends
		key := keyspace.Key{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}, expiring("b", "2", soon), expiring("c", "3", farMs)}}
		s.set(t, key)
		s.nowMs -= 1000 // so it shows
		if extra {
			s.behind.do(t, "HSET", "h", "d", "4")
		}
		gone := &testServer{s.Answering(t, func(words []string) string {
			if words[0] == "HLEN" { // it has gone
				s.mu.Lock()
				s.nowMs = soon + 1
				s.mu.Unlock()
				return fmt.Sprintf(":%d\r\n", s.behind.do(t, "HLEN", "h").(int64)-1)
			}
			return ""
		})}
		res, diffs := gone.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: fieldTimes(), Live: 0})
		if len(res.Invalid) > 0 || extra != (len(diffs) == 1 && diffs[0].Kind == KindFieldExtra && diffs[0].Path == `key "h"/field "d"`) || !extra && len(diffs) > 0 {
			t.Errorf("extra %v: differences %+v, invalid %q", extra, diffs, res.Invalid)
		}
	}
}

// TestClocksDisagreeOnFields: what the clocks do not agree upon makes the run invalid, of
// fields as of keys.
func TestClocksDisagreeOnFields(t *testing.T) {
	const hour = 3600_000
	for _, row := range []struct {
		name            string
		local, expireAt int64 // from the server's clock
		asOf            int64 // from the local clock
		invalid         bool
	}{
		{"the same", 0, -1000, -hour, false},
		{"server ahead, expired by its clock alone", -hour, -1000, -hour, true},
		{"server behind, expired at the reference time by the local clock alone", hour, hour / 2, 0, true},
	} {
		s := startFieldServer(t)
		now := s.nowMs
		v := keyspace.Hash{{Name: "a", Value: "1"}, expiring("b", "2", now+row.expireAt)}
		s.set(t, keyspace.Key{Name: "k", Value: v[:1]})
		src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: v}}}
		res, err := Run(context.Background(), s.Options, func() (keyspace.Source, error) { return src, nil }, Options{
			Server: fieldTimes(), AsOfMs: now + row.local + row.asOf, Now: func() time.Time { return time.UnixMilli(now + row.local) }})
		if err != nil {
			t.Fatal(err)
		}
		if invalid := strings.Contains(strings.Join(res.Invalid, "\n"), `key "k"`); invalid != row.invalid || res.Verdicts.Equal != 1 {
			t.Errorf("%s: invalid %q, verdicts %+v, want invalid %v", row.name, res.Invalid, res.Verdicts, row.invalid)
		}
	}
}
