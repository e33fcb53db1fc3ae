package fuzz

import (
	"testing"
	"time"

	"redrill/internal/race"
	"redrill/keyspace"
	"redrill/verify"

	gocmp "github.com/google/go-cmp/cmp"
)

// allOfRedis is a server of which everything can be asked.
var allOfRedis = verify.Server{PExpireTime: true, LastID: true, MaxDeletedID: true, HLLBytes: true}

// TestEditsAreOfEveryKind: there is an edit for every kind of difference.
func TestEditsAreOfEveryKind(t *testing.T) {
	race.Skip(t, "it starts no goroutine")
	c := Campaign{Layout: fsm, Seed: 1}
	kinds := map[verify.Kind]int{}
	for number := range int64(40) {
		s := c.scenario(number, c.shape(number))
		r := c.rand(number, "test")
		kinds[extraEdit(s.Keys, r).kind]++
		for _, k := range liveKeys(s.Keys, asOfMs) {
			for _, e := range editsOf(k, asOfMs, allOfRedis, r) {
				kinds[e.kind]++
				same := len(keyspace.Diff(e.key, k)) == 0 && !e.gone && e.more == keyspace.TypeString
				if same || e.key.Name != k.Name || e.key.ExpireAt.ExpiredAt(asOfMs) {
					t.Errorf("edit %v of %s leaves %s", e, show(k), show(e.key))
				}
			}
		}
	}
	for _, kind := range verify.Kinds {
		if kinds[kind] == 0 && kind != verify.KindMore {
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
