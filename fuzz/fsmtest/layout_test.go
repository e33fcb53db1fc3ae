package fsmtest_test

import (
	"testing"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"github.com/google/go-cmp/cmp"
)

func TestListLayouts(t *testing.T) {
	key := keyspace.Key{Name: "l", ExpireAt: keyspace.ExpireAtMs(workedMs), Value: keyspace.List{"a", "b"}}
	l := fsmtest.List("l")
	ttl := fsmtest.TTL("l", workedMs)
	tests := []struct {
		name   string
		layout fsmtest.Layout
		want   []fsmtest.Row
	}{
		{"meta", fsmtest.Layout{MetaBytes: 32}, []fsmtest.Row{l.Meta32(0, 2, 2, workedMs), l.Item(0, "a"), l.Item(1, "b"), ttl}},
		{
			"deltas", fsmtest.Layout{Deltas: 2, Head: -4},
			[]fsmtest.Row{l.Delta(workedTS, 0, -5, 3), l.Delta(workedTS+1, 1, 1, -1), l.Item(-4, "a"), l.Item(-3, "b"), ttl},
		},
		{
			"meta and delta", fsmtest.Layout{MetaBytes: 24, Deltas: 1, Head: 7},
			[]fsmtest.Row{l.Meta24(6, 9, 3), l.Delta(workedTS, 0, 1, -1), l.Item(7, "a"), l.Item(8, "b"), ttl},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.layout.Rows(key)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLayoutHolds(t *testing.T) {
	key := func(v keyspace.Value, e keyspace.ExpireAt) keyspace.Key { return keyspace.Key{Value: v, ExpireAt: e} }
	deleted := keyspace.Stream{MaxDeletedID: keyspace.ID{Ms: 1}}
	tests := []struct {
		name   string
		layout fsmtest.Layout
		key    keyspace.Key
		want   bool
	}{
		{"legacy string", fsmtest.Layout{Form: fsmtest.FormLegacy}, key(keyspace.String("v"), keyspace.ExpireAt{}), true},
		{"legacy string like an envelope", fsmtest.Layout{Form: fsmtest.FormLegacy}, key(keyspace.String("\xff\x01"), keyspace.ExpireAt{}), false},
		{"short stream meta", fsmtest.Layout{MetaBytes: 32}, key(deleted, keyspace.ExpireAt{}), false},
		{"long stream meta", fsmtest.Layout{MetaBytes: 48}, key(deleted, keyspace.ExpireAt{}), true},
		{"1970 inline", fsmtest.Layout{MetaBytes: 16}, key(keyspace.Set{"a"}, keyspace.ExpireAtMs(0)), false},
		{"1970 in the index", fsmtest.Layout{MetaBytes: 8}, key(keyspace.Set{"a"}, keyspace.ExpireAtMs(0)), true},
		{"before 1970", fsmtest.Layout{}, key(keyspace.String("v"), keyspace.ExpireAtMs(-1)), false},
		{"list without window", fsmtest.Layout{}, key(keyspace.List{"a"}, keyspace.ExpireAt{}), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.layout.Holds(tt.key); got != tt.want {
				t.Errorf("Holds = %v, want %v", got, tt.want)
			}
		})
	}
}
