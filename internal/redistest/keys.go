package redistest

import (
	"fmt"
	"math"

	"redrill/keyspace"
)

// ID returns the ID of an entry.
func ID(ms, seq uint64) keyspace.ID { return keyspace.ID{Ms: ms, Seq: seq} }

// Pairs returns the fields of an entry from their names and values in turn.
func Pairs(words ...string) (p []keyspace.Pair) {
	for i := 0; i < len(words); i += 2 {
		p = append(p, keyspace.Pair{Field: words[i], Value: words[i+1]})
	}
	return p
}

// FarMs is an expire time that no test lives to see.
const FarMs = 4_000_000_000_000

// SampleKeys holds every type, with and without expiry, small and large.
func SampleKeys() []keyspace.Key {
	big := keyspace.ZSet{}
	bigSet, bigList, bigHash := keyspace.Set{}, keyspace.List{}, keyspace.Hash{}
	for i := range 300 {
		name := fmt.Sprintf("m%03d", i)
		big = append(big, keyspace.Member{Name: name, Score: float64(i) + 0.1})
		bigSet = append(bigSet, name)
		bigList = append(bigList, fmt.Sprintf("e%d", i%7))
		bigHash = append(bigHash, keyspace.Field{Name: name, Value: fmt.Sprint(i)})
	}
	return []keyspace.Key{
		{Name: "s", Value: keyspace.String("hello")},
		{Name: "s-empty", Value: keyspace.String("")},
		{Name: "", Value: keyspace.String("empty name")},
		{Name: "s\xff\x00", Value: keyspace.String("bin\x00\xff\r\nary")},
		{Name: "s-expires", Value: keyspace.String("x"), ExpireAt: keyspace.ExpireAtMs(FarMs)},
		{Name: "s-far", Value: keyspace.String("x"), ExpireAt: keyspace.ExpireAtMs(math.MaxInt64)},
		{Name: "s-large", Value: keyspace.String(make([]byte, 100_000))},
		{Name: "h", Value: keyspace.Hash{{Name: "", Value: ""}, {Name: "a", Value: "1"}, {Name: "b\xff", Value: "2"}}},
		{Name: "h-expires", Value: keyspace.Hash{{Name: "a", Value: "1"}}, ExpireAt: keyspace.ExpireAtMs(FarMs)},
		{Name: "h-big", Value: bigHash},
		{Name: "l", Value: keyspace.List{"a", "b", "", "b"}},
		{Name: "l-big", Value: bigList},
		{Name: "t", Value: keyspace.Set{"", "a", "b\xff"}},
		{Name: "t-int", Value: keyspace.Set{"1", "2", "3"}},
		{Name: "t-big", Value: bigSet},
		{Name: "z", Value: keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: math.Inf(-1)}, {Name: "c", Score: 5e-324}}},
		{Name: "z-big", Value: big},
		{Name: "x", Value: keyspace.Stream{LastID: ID(9, 0), MaxDeletedID: ID(3, 0), Entries: []keyspace.Entry{
			{ID: ID(1, 1), Pairs: Pairs("f", "a", "f", "b", "e", "z")},
			{ID: ID(1, 2), Pairs: Pairs("", "")},
			{ID: ID(5, 0), Pairs: Pairs("f", "1", "g", "2")},
		}}},
		{Name: "x-empty", Value: keyspace.Stream{LastID: ID(7, 7)}},
		{Name: "p", Value: keyspace.HyperLogLog{"a", "b", "c"}},
		{Name: "p-empty", Value: keyspace.HyperLogLog{}},
	}
}
