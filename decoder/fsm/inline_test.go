package fsm_test

import (
	"testing"

	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// TestHiddenMetaOfEveryType: the meta row of a collection in its long form decides
// about the expire time of a bare string that hides the collection, before the
// index, whatever its type; also where it says none.
func TestHiddenMetaOfEveryType(t *testing.T) {
	for _, hidden := range []struct {
		metaBytes int // with an expire time
		value     keyspace.Value
	}{
		{32, keyspace.List{"e"}},
		{16, keyspace.Hash{{Name: "f", Value: "v"}}},
		{16, keyspace.Set{"m"}},
		{16, keyspace.ZSet{{Name: "m", Score: 1}}},
		{32, keyspace.Stream{LastID: keyspace.ID{Ms: 1}}},
		{48, keyspace.Stream{LastID: keyspace.ID{Ms: 1}}},
	} {
		for _, want := range []keyspace.ExpireAt{keyspace.ExpireAtMs(1000), {}} {
			rows, err := fsmtest.Layout{MetaBytes: hidden.metaBytes, NoTTL: true}.Rows(keyspace.Key{Name: "k", Value: hidden.value, ExpireAt: want})
			if err != nil {
				t.Fatal(err)
			}
			bare, err := fsmtest.Layout{Form: fsmtest.FormBare, NoTTL: true}.Rows(keyspace.Key{Name: "k", Value: keyspace.String("bare")})
			if err != nil {
				t.Fatal(err)
			}
			rows = append(append(rows, bare...), fsmtest.TTL("k", 2000))
			keys, _ := collect(t, open(t, fsm.Options{}, rows...))
			if got := keys["k"]; got.Value != keyspace.String("bare") || got.ExpireAt != want {
				t.Errorf("bare string over a %v: %v expires %v, want %v", hidden.value.Type(), got.Value, got.ExpireAt, want)
			}
		}
	}
}
