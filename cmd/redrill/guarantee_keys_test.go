package main

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

var negativeZero = math.Copysign(0, -1)

// guaranteeKeys returns keys of every type: small ones, large ones that a Redis
// encodes in another way, binary ones, and one of each type that expires
// (TYPE-expires).
func guaranteeKeys() []keyspace.Key {
	key := func(name string, v keyspace.Value) keyspace.Key { return keyspace.Key{Name: name, Value: v} }
	pairs := func(s ...string) (p []keyspace.Pair) {
		for i := 0; i < len(s); i += 2 {
			p = append(p, keyspace.Pair{Field: s[i], Value: s[i+1]})
		}
		return p
	}
	keys := []keyspace.Key{
		key("s", keyspace.String("hello")),
		key("s\xff\x00", keyspace.String("bin\x00\xff\xfe")),
		key("s-large", keyspace.String(strings.Repeat("0123456789", 10_000))),
		key("h", keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b\xff", Value: "\x00"}, {Name: "c", Value: ""}}),
		key("l", keyspace.List{"a", "b", "c"}),
		key("t", keyspace.Set{"", "a", "m\xff"}),
		key("t-int", keyspace.Set{"1", "2", "3"}),
		key("z", keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: math.Inf(-1)}, {Name: "c", Score: 2}}),
		key("x", keyspace.Stream{
			Entries: []keyspace.Entry{
				{ID: keyspace.ID{Ms: 4, Seq: 1}, Pairs: pairs("f", "a", "f", "b", "e", "z")},
				{ID: keyspace.ID{Ms: 4, Seq: 2}, Pairs: pairs("", "")},
				{ID: keyspace.ID{Ms: 5}, Pairs: pairs("f", "1", "g", "2")},
			},
			LastID: keyspace.ID{Ms: 9}, MaxDeletedID: keyspace.ID{Ms: 3},
		}),
		key("x-empty", keyspace.Stream{LastID: keyspace.ID{Ms: 7, Seq: 7}}),
		key("p", keyspace.HyperLogLog{"a", "b", "c"}),
	}
	keys = append(keys, largeKeys()...)
	for _, k := range oneKeyPerType() {
		k.Name, k.ExpireAt = k.Value.Type().String()+"-expires", keyspace.ExpireAtMs(farMs)
		keys = append(keys, k)
	}
	return keys
}

// oneKeyPerType returns a small key of each type, named for it.
func oneKeyPerType() []keyspace.Key {
	values := []keyspace.Value{
		keyspace.String("v"), keyspace.Hash{{Name: "f", Value: "v"}}, keyspace.List{"e"}, keyspace.Set{"m"},
		keyspace.ZSet{{Name: "m", Score: 1}}, keyspace.Stream{LastID: keyspace.ID{Ms: 1}}, keyspace.HyperLogLog{"e"},
	}
	var keys []keyspace.Key
	for _, v := range values {
		keys = append(keys, keyspace.Key{Name: v.Type().String(), Value: v})
	}
	return keys
}

// largeKeys returns collections with another encoding than small ones. The
// first scores of z-big are 0 and -0.
func largeKeys() []keyspace.Key {
	var (
		h keyspace.Hash
		l keyspace.List
		t keyspace.Set
		z keyspace.ZSet
		p keyspace.HyperLogLog
	)
	for i := range 600 {
		name := fmt.Sprintf("m%03d", i)
		h = append(h, keyspace.Field{Name: name, Value: name})
		l = append(l, fmt.Sprintf("%d", i%7))
		t = append(t, name)
		z = append(z, keyspace.Member{Name: name, Score: float64(i)})
	}
	z[1].Score = negativeZero
	for i := range 4000 { // more than a sparse one holds
		p = append(p, fmt.Sprintf("m%04d", i))
	}
	return []keyspace.Key{
		{Name: "h-big", Value: h}, {Name: "l-big", Value: l}, {Name: "t-big", Value: t},
		{Name: "z-big", Value: z}, {Name: "p-big", Value: p},
	}
}

// snapshotOf returns a snapshot that holds the keys as a node writes them.
func snapshotOf(tb testing.TB, keys ...keyspace.Key) []byte {
	tb.Helper()
	var rows []fsmtest.Row
	for _, k := range keys {
		r, err := layoutOf(k).Rows(k)
		if err != nil {
			tb.Fatal(err)
		}
		rows = append(rows, r...)
	}
	return nodeSnapshot(rows...)
}

func layoutOf(k keyspace.Key) fsmtest.Layout {
	switch k.Value.(type) {
	case keyspace.Hash, keyspace.Set, keyspace.ZSet:
		return fsmtest.Layout{MetaBytes: 16}
	case keyspace.List:
		return fsmtest.Layout{MetaBytes: 32}
	case keyspace.Stream:
		return fsmtest.Layout{MetaBytes: 48}
	case keyspace.String, keyspace.HyperLogLog:
	case keyspace.Array, keyspace.Opaque:
	}
	return fsmtest.Layout{}
}
