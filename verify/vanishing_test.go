package verify

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// Tests that a planted mistake asked for: each kills one that all others let
// live (docs/MUTANTS.md).

// A key that is there with some parts and not with others proves nothing.
func TestKeyComesAndGoes(t *testing.T) {
	for name, live := range map[string]compare.LiveExpiry{"comes": {None: true}, "goes": {Absent: true}} {
		key := keyspace.Key{Name: "k", Value: keyspace.String("v"), Part: 1}
		opts := Options{}.withDefaults()
		w := newWorker(&run{opts: opts, res: newResult(opts), base: &redis.Options{}})
		st := newKeyState(key)
		st.parts, st.absent, st.Present, st.Want = 2, 1, 1, 2
		if err := w.judge(t.Context(), &item{Part: compare.Part{Key: key, State: &st.State}, st: &st}, live); err != nil {
			t.Fatal(err)
		}
		if len(w.tally.Invalid) == 0 {
			t.Errorf("the run is valid although a key %s while it is read", name)
		}
	}
}

// A key that never ends gets no verdict: the run proves nothing.
func TestKeyWithoutItsEnd(t *testing.T) {
	s := startRedis(t)
	v := keyspace.List{"a", "b"}
	s.write(t, keyspace.Key{Name: "k", Value: v}, keyspace.Key{Name: "l", Value: v})
	keys := keyspace.Split(keyspace.Key{Name: "k", Value: v}, 1) // takes the canary
	keys = append(keys, keyspace.Split(keyspace.Key{Name: "l", Value: v}, 1)[0])
	res, _ := s.verified(t, sliceSource{keys: keys}, Options{NoScan: true})
	if got := res.Outcome(Allow{}); got != Incomplete || res.Canaries.Caught != res.Canaries.Planted {
		t.Errorf("Outcome() = %v, invalid %q, want %v without a missed canary", got, res.Invalid, Incomplete)
	}
}

// A read that the server refuses makes a key unsupported: neither absent nor equal.
func TestRefusedReadIsNoAbsence(t *testing.T) {
	key := keyspace.Key{Name: "k", Value: keyspace.String("v")}
	opts := Options{Server: Server{PExpireTime: true}}.withDefaults()
	at := startRedis(t).answering(t, about("-ERR unknown command\r\n", "PEXPIRETIME"))
	w := newWorker(&run{opts: opts, server: opts.Server, res: newResult(opts), base: at.Options})
	defer w.conn.Close()
	st := newKeyState(key)
	p := &item{Part: compare.Part{Key: key, State: &st.State}, st: &st}
	if err := w.reader.Read(t.Context(), 0, func(yield func(*compare.Part) bool) { yield(&p.Part) }); err != nil {
		t.Fatal(err)
	}
	live := w.reader.Live(&p.Part)
	if !live.Unknown || live.Absent || !st.Unsupported {
		t.Fatalf("%+v, unsupported %v; want unknown and unsupported", live, st.Unsupported)
	}
	if err := w.judge(t.Context(), p, live); err != nil {
		t.Fatal(err)
	}
	if st.verdict != VerdictUnsupported {
		t.Errorf("verdict %q, want %q", st.verdict, VerdictUnsupported)
	}
}

// TestKeyVanishesBetweenParts: a key of which one part was there, and that is gone when
// the next is read, proves nothing.
func TestKeyVanishesBetweenParts(t *testing.T) {
	s := startRedis(t)
	key := keyspace.Key{Name: "k", Value: keyspace.List{"a", "b"}}
	s.write(t, key)
	asked := 0
	at := s.answering(t, func(words []string) string {
		if words[0] == "PEXPIRETIME" {
			if asked++; asked > 1 {
				return ":-2\r\n"
			}
		}
		return ""
	})
	res, _ := at.verified(t, sliceSource{keys: keyspace.Split(key, 1)}, Options{Server: redis7, NoScan: true, Connections: 1})
	if !strings.Contains(strings.Join(res.Invalid, " "), "a key vanished during the run") {
		t.Errorf("invalid %q, verdicts %+v", res.Invalid, res.Verdicts)
	}
}

// TestOtherDatabaseOfOne: a server with one database cannot show the keys of another.
func TestOtherDatabaseOfOne(t *testing.T) {
	s := startRedis(t)
	one := redis7
	one.Databases = false
	key := keyspace.Key{Name: "k", Value: keyspace.String("v")}
	s.write(t, key)
	other := key
	other.DB = 1
	res, diffs := s.verified(t, sliceSource{keys: []keyspace.Key{key, other}}, Options{Server: one})
	if len(diffs) > 0 || res.Verdicts.Equal != 1 || res.Verdicts.Unsupported != 1 {
		t.Errorf("differences %+v, verdicts %+v", diffs, res.Verdicts)
	}
}

// TestOddScores: a reply that is no list of scores says nothing about a sorted set.
func TestOddScores(t *testing.T) {
	s := startRedis(t)
	key := keyspace.Key{Name: "k", Value: keyspace.ZSet{{Name: "a", Score: 1}, {Name: "b", Score: 2}}}
	s.write(t, key)
	for _, reply := range []string{"*2\r\n$1\r\n1\r\n*0\r\n", "*2\r\n*0\r\n$1\r\n2\r\n", "*1\r\n$1\r\n1\r\n", ":2\r\n"} {
		at := s.answering(t, func(words []string) string {
			if words[0] == "ZMSCORE" {
				return reply
			}
			return ""
		})
		res, diffs := at.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: redis7, NoScan: true})
		if len(diffs) > 0 || res.Verdicts.Unanswered != 1 {
			t.Errorf("ZMSCORE answers %q: differences %+v, verdicts %+v", reply, diffs, res.Verdicts)
		}
	}
}

// TestSidesOfAnID: what is wanted is what the source says.
func TestSidesOfAnID(t *testing.T) {
	s := startRedis(t)
	key := keyspace.Key{Name: "k", Value: keyspace.Stream{LastID: keyspace.ID{Ms: 5}, Entries: []keyspace.Entry{{ID: keyspace.ID{Ms: 5}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}}}}
	s.write(t, key)
	s.do(t, "XSETID", "k", "9-0")
	_, diffs := s.verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{Server: redis7})
	if len(diffs) != 1 || diffs[0].Kind != KindLastID || diffs[0].Want != "5-0" || diffs[0].Got != "9-0" {
		t.Errorf("differences %+v", diffs)
	}
}
