package restore_test

import (
	"math"
	"strings"
	"testing"

	"redrill/keyspace"
)

// farMs is an expire time that no test lives to see.
const farMs = 4_102_444_800_123

const maxUint = math.MaxUint64

// nasty holds names and values that are easily mangled, ascending.
var nasty = []string{"", "\x00", `"`, "$5\r\nhello\r\n", "-0", "007", "a\r\nb", strings.Repeat("x", 70), "é", "\xff\xfe"}

// edge is a key and what a server holds after it was restored.
type edge struct {
	name string // of the test, and of the key
	key  keyspace.Key
	// want is the value expected on the server; nil means that of key.
	want   keyspace.Value
	absent bool // the server must not hold the key
}

func id(ms, seq uint64) keyspace.ID { return keyspace.ID{Ms: ms, Seq: seq} }

func entry(i keyspace.ID, pairs ...string) keyspace.Entry {
	e := keyspace.Entry{ID: i}
	for ; len(pairs) > 1; pairs = pairs[2:] {
		e.Pairs = append(e.Pairs, keyspace.Pair{Field: pairs[0], Value: pairs[1]})
	}
	return e
}

// edges returns a key of every kind that a restore could get wrong.
func edges() []edge {
	maxID := id(maxUint, maxUint)
	var fields keyspace.Hash
	var scores keyspace.ZSet
	for i, name := range nasty {
		fields = append(fields, keyspace.Field{Name: name, Value: nasty[len(nasty)-1-i]})
		scores = append(scores, keyspace.Member{Name: name, Score: float64(i)})
	}
	long := strings.Repeat("m", 100) // a member that makes the set a skiplist, which can hold -0
	edges := []edge{
		{name: "string", key: keyspace.Key{Value: keyspace.String("hello")}},
		{name: "string empty", key: keyspace.Key{Value: keyspace.String("")}},
		{name: "string nasty", key: keyspace.Key{Value: keyspace.String(strings.Join(nasty, "|"))}},
		{name: "string expiring", key: keyspace.Key{Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "string empty expiring", key: keyspace.Key{Value: keyspace.String(""), ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "string in another database", key: keyspace.Key{DB: 3, Value: keyspace.String("three")}},
		{name: "hash", key: keyspace.Key{Value: fields}},
		{name: "hash expiring", key: keyspace.Key{Value: fields, ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "hash empty", key: keyspace.Key{Value: keyspace.Hash{}, ExpireAt: keyspace.ExpireAtMs(farMs)}, absent: true},
		{name: "list", key: keyspace.Key{DB: 3, Value: keyspace.List(nasty)}},
		{name: "list of equals expiring", key: keyspace.Key{Value: keyspace.List{"b", "a", "a", "b"}, ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "list empty", key: keyspace.Key{Value: keyspace.List{}}, absent: true},
		{name: "set", key: keyspace.Key{Value: keyspace.Set(nasty)}},
		{name: "set of integers", key: keyspace.Key{Value: keyspace.Set{"-1", "0", "12"}, ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "set empty", key: keyspace.Key{Value: keyspace.Set{}}, absent: true},
		{name: "zset", key: keyspace.Key{Value: scores, ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "zset scores", key: keyspace.Key{Value: keyspace.ZSet{
			{Name: "a", Score: math.Inf(1)}, {Name: "b", Score: math.Inf(-1)}, {Name: "c", Score: 0.1},
			{Name: "d", Score: math.SmallestNonzeroFloat64}, {Name: "e", Score: -math.MaxFloat64},
			{Name: "f", Score: 1e17}, {Name: "g", Score: 1 << 53}, {Name: "h", Score: 2.2250738585072009e-308},
			{Name: "i", Score: math.Nextafter(1, 2)}, {Name: "j", Score: -1<<53 + 1}, {Name: "k", Score: 1e300},
		}}},
		{name: "zset negative zero", key: keyspace.Key{Value: keyspace.ZSet{{Name: long, Score: math.Copysign(0, -1)}, {Name: "zero", Score: 0}}}},
		{name: "zset with NaN", key: keyspace.Key{Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}, {Name: "b", Score: 1}, {Name: "c", Score: math.NaN()}}},
			want: keyspace.ZSet{{Name: "b", Score: 1}}},
		{name: "zset of NaN", key: keyspace.Key{Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}}, ExpireAt: keyspace.ExpireAtMs(farMs)}, absent: true},
		{name: "zset empty", key: keyspace.Key{Value: keyspace.ZSet{}}, absent: true},
		{name: "hyperloglog", key: keyspace.Key{Value: keyspace.HyperLogLog(nasty), ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "hyperloglog empty", key: keyspace.Key{Value: keyspace.HyperLogLog{}, ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "stream", key: keyspace.Key{Value: keyspace.Stream{LastID: id(9, 9), MaxDeletedID: id(3, 0), Entries: []keyspace.Entry{
			entry(id(0, 1), "f", "a", "f", "b", "", ""), entry(id(5, 0), "\xff", "\x00"), entry(id(5, 18446744073709551615), "a", "b")}}}},
		{name: "stream as it was left", key: keyspace.Key{ExpireAt: keyspace.ExpireAtMs(farMs),
			Value: keyspace.Stream{LastID: id(2, 0), Entries: []keyspace.Entry{entry(id(1, 0), "a", "1"), entry(id(2, 0), "a", "2")}}}},
		{name: "stream with a last ID behind", key: keyspace.Key{Value: keyspace.Stream{LastID: id(1, 0), MaxDeletedID: id(7, 0), Entries: []keyspace.Entry{entry(id(1, 0), "a", "1"), entry(id(2, 0), "a", "2")}}},
			want: keyspace.Stream{LastID: id(2, 0), MaxDeletedID: id(2, 0), Entries: []keyspace.Entry{entry(id(1, 0), "a", "1"), entry(id(2, 0), "a", "2")}}},
		{name: "stream empty", key: keyspace.Key{Value: keyspace.Stream{LastID: id(7, 3), MaxDeletedID: id(7, 3)}, ExpireAt: keyspace.ExpireAtMs(farMs)}},
		{name: "stream never used", key: keyspace.Key{Value: keyspace.Stream{}}},
		{name: "stream full", key: keyspace.Key{Value: keyspace.Stream{LastID: maxID, Entries: []keyspace.Entry{entry(maxID, "a", "1")}}}},
		{name: "stream full and empty", key: keyspace.Key{Value: keyspace.Stream{LastID: maxID, MaxDeletedID: maxID}}},
		{name: "stream of entry 0-0", key: keyspace.Key{Value: keyspace.Stream{LastID: id(4, 0), Entries: []keyspace.Entry{entry(id(0, 0), "a", "1"), entry(id(1, 0))}}},
			want: keyspace.Stream{LastID: id(4, 0)}},
	}
	for i := range edges {
		edges[i].key.Name = edges[i].name
	}
	for i, name := range nasty {
		edges = append(edges, edge{name: name, key: keyspace.Key{DB: 1, Name: name, Value: keyspace.String(nasty[len(nasty)-1-i])}})
	}
	return edges
}

// parts splits k into parts of n elements, or bytes for a string; 0 does not.
func parts(k keyspace.Key, n int) []keyspace.Key {
	if n == 0 || k.Value.Len() <= n {
		return []keyspace.Key{k}
	}
	var out []keyspace.Key
	for from := 0; from < k.Value.Len(); from += n {
		part := k
		part.Part, part.More = len(out), from+n < k.Value.Len()
		part.Value = slice(k.Value, from, min(from+n, k.Value.Len()))
		out = append(out, part)
	}
	return out
}

func slice(v keyspace.Value, from, to int) keyspace.Value {
	switch v := v.(type) {
	case keyspace.String:
		return v[from:to]
	case keyspace.Hash:
		return v[from:to]
	case keyspace.List:
		return v[from:to]
	case keyspace.Set:
		return v[from:to]
	case keyspace.ZSet:
		return v[from:to]
	case keyspace.Stream:
		v.Entries = v.Entries[from:to]
		return v
	case keyspace.HyperLogLog:
		return v[from:to]
	case keyspace.Array, keyspace.Opaque:
	}
	return nil
}

func TestPartsKeepEverything(t *testing.T) {
	for _, e := range edges() {
		n := 0
		for _, p := range parts(e.key, 1) {
			n += p.Value.Len()
		}
		if n != e.key.Value.Len() {
			t.Errorf("parts of %q hold %d elements, want %d", e.name, n, e.key.Value.Len())
		}
	}
}

func seqOf(keys ...keyspace.Key) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, k := range keys {
			if !yield(k, nil) {
				return
			}
		}
	}
}
