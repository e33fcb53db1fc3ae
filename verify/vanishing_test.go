package verify

import (
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
