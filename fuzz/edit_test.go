package fuzz

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"redrill/internal/race"
	"redrill/keyspace"
	"redrill/verify"

	gocmp "github.com/google/go-cmp/cmp"
)

// allOfRedis is a server of which everything can be asked.
var allOfRedis = verify.Server{PExpireTime: true, LastID: true, MaxDeletedID: true, HLLBytes: true,
	EntriesAdded: true, FieldExpiry: true, Arrays: true}

// notEdited are the kinds that no edit of a key makes: there is no command for them, or they
// are about no key.
var notEdited = []verify.Kind{verify.KindMore, verify.KindConsumerTime, verify.KindFirstID,
	verify.KindFunctionMissing, verify.KindFunctionExtra, verify.KindFunctionCode}

// TestEditsAreOfEveryKind: there is an edit for every kind of difference.
func TestEditsAreOfEveryKind(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	kinds := map[verify.Kind]int{}
	for number := range int64(120) {
		c := Campaign{Layout: layouts[number%2], Seed: 1}
		s := c.scenario(number, c.shape(number))
		r := c.rand(number, "test")
		kinds[extraEdit(s.Keys, r).kind]++
		for _, k := range liveKeys(s.Keys, asOfMs) {
			for _, e := range editsOf(k, asOfMs, allOfRedis, r) {
				kinds[e.kind]++
				same := len(keyspace.Diff(e.key, k)) == 0 && !e.gone && e.more == keyspace.TypeString && e.commands == nil
				if same || e.key.Name != k.Name || e.key.ExpireAt.ExpiredAt(asOfMs) {
					t.Errorf("edit %v of %s leaves %s", e, show(k), show(e.key))
				}
			}
		}
	}
	for _, kind := range verify.Kinds {
		if kinds[kind] == 0 && !slices.Contains(notEdited, kind) {
			t.Errorf("no edit of the kind %s", kind)
		}
	}
}

// TestEveryEditIsReported makes all edits of all keys of some scenarios, one
// for each key at a time.
func TestEveryEditIsReported(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	server := startRedis(t)
	c := Campaign{Layout: fsm, Seed: 2}
	for number := range int64(4) {
		f, err := Replay(t.Context(), baseCase(fsm, c.scenario(number, c.shape(number))), &server, time.Now().UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		if f != nil {
			t.Errorf("scenario %d: %s: %s\n%+v", number, f.Property, f.Detail, f.Differences)
		}
	}
}

// TestEditsOfGroups makes every edit of a stream with consumer groups, each alone, and finds
// exactly that.
func TestEditsOfGroups(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	server := startRedis(t)
	server.Restore.Groups, server.Restore.Consumers = true, true
	server.Verify.EntriesAdded = true
	pending := func(ms uint64, owner string) keyspace.Pending {
		return keyspace.Pending{ID: keyspace.ID{Ms: ms}, Owner: keyspace.Some(owner), DeliveredMs: 1_600_000_000_000, Deliveries: ms}
	}
	v := keyspace.Stream{LastID: keyspace.ID{Ms: 20}, MaxDeletedID: keyspace.ID{Ms: 2}, EntriesAdded: keyspace.Some[uint64](30)}
	for i := range uint64(5) {
		v.Entries = append(v.Entries, keyspace.Entry{ID: keyspace.ID{Ms: 3 + i}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}, {Field: "g", Value: "w"}}})
	}
	v.Groups = []keyspace.Group{
		{Name: "", LastDeliveredID: keyspace.ID{Ms: 6}, EntriesRead: keyspace.Some[uint64](3), Consumers: []keyspace.Consumer{{Name: "a"}, {Name: "b"}, {Name: "c"}},
			Pending: []keyspace.Pending{pending(2, "a"), pending(3, "b"), pending(5, "a")}},
		{Name: "g", LastDeliveredID: keyspace.ID{}},
	}
	key := keyspace.Key{Name: "x", Value: v, ExpireAt: keyspace.ExpireAtMs(1 << 42)}
	now := time.Now().UnixMilli()
	l, err := openLive(t.Context(), server, fsm, now)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	kinds := map[verify.Kind]bool{}
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		run := &liveRun{live: l, r: r, wants: []Expectation{{Keys: []keyspace.Key{key}}}}
		if err := run.undo(t.Context(), []edit{{key: key}}); err != nil {
			t.Fatal(err)
		}
		for _, e := range editsOf(key, now, server.Verify, r) {
			kinds[e.kind] = true
			if err := run.write(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			for _, limit := range []int{0, 1, 4} {
				res, diffs, err := run.verify(t.Context(), func() (keyspace.Source, error) { return run.modelled(limit) })
				if err != nil {
					t.Fatal(err)
				}
				if wrong := unlike([]edit{e}, diffs); len(wrong) > 0 || len(res.Invalid) > 0 {
					t.Errorf("seed %d, parts of %d, %v: %+v, invalid %q", seed, limit, e, wrong, res.Invalid)
				}
			}
			if err := run.undo(t.Context(), []edit{e}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range verify.Kinds {
		if kind.Property() == verify.KindGroupMissing.Property() && !kinds[kind] && !slices.Contains(notEdited, kind) {
			t.Errorf("no edit of the kind %s", kind)
		}
	}
}

func TestUnlike(t *testing.T) {
	edits := []edit{
		{kind: verify.KindScore, key: keyspace.Key{Name: "a"}},
		{kind: verify.KindExpiry, key: keyspace.Key{Name: "b", DB: 1}},
	}
	diff := func(kind verify.Kind, db int, key string) verify.Difference {
		return verify.Difference{Kind: kind, DB: db, Key: verify.Bytes(key)}
	}
	score, expiry := diff(verify.KindScore, 0, "a"), diff(verify.KindExpiry, 1, "b")
	for _, row := range []struct {
		name string
		got  []verify.Difference
		want []verify.Kind // wrong ones
	}{
		{"exactly", []verify.Difference{expiry, score}, nil},
		{"nothing", nil, []verify.Kind{verify.KindScore, verify.KindExpiry}},
		{"twice", []verify.Difference{expiry, score, score}, []verify.Kind{verify.KindScore}},
		{"another key", []verify.Difference{expiry, diff(verify.KindScore, 0, "c")}, []verify.Kind{verify.KindScore, verify.KindScore}},
		{"another database", []verify.Difference{score, diff(verify.KindExpiry, 0, "b")}, []verify.Kind{verify.KindExpiry, verify.KindExpiry}},
		{"another kind", []verify.Difference{expiry, diff(verify.KindMemberExtra, 0, "a")}, []verify.Kind{verify.KindMemberExtra, verify.KindScore}},
		{"something else as well", []verify.Difference{expiry, score, diff(verify.KindMissing, 2, "z")}, []verify.Kind{verify.KindMissing}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []verify.Kind
			for _, d := range unlike(edits, row.got) {
				got = append(got, d.Kind)
			}
			if diff := gocmp.Diff(row.want, got); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
		})
	}
}
