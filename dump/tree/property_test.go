package tree

import (
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"redrill/keyspace"
)

// drawString draws byte strings that are easily mangled.
var drawString = rapid.OneOf(
	rapid.SampledFrom([]string{
		"", "\x00", `"`, `\`, `\u0041`, "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\ufffd", "\ufeff",
		"\u2028", "\u2029", "\u2027", "\xe2\x80", "😀"[:3], `{"base64":"_w"}`, "a\r\nb", "<&>", "\x7f", "\xfb\xff",
	}),
	rapid.String(),
	rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) string { return string(b) }),
)

// drawName draws names of keys, long ones and look-alikes of segments too.
var drawName = rapid.OneOf(
	drawString,
	rapid.SampledFrom([]string{
		".", "..", "a/b", "../x", "b64.foo", "b64.", "~", "%41", "A", "a", strings.Repeat("deadbeef", 4) + "__x",
		strings.Repeat("DEADBEEF", 4) + "__", strings.Repeat("a", 240), strings.Repeat("a", 241), strings.Repeat("\xff", 80),
		strings.Repeat("\xff", 81), strings.Repeat("k", 5000),
	}),
)

var drawScore = rapid.OneOf(
	rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 1e-6, math.Nextafter(1e-6, 0), 1e21, math.Nextafter(1e21, 0),
		1e-7, 1e-10, 1e100, 1e-100, math.MaxFloat64, -math.SmallestNonzeroFloat64, 0.1, 1 << 53, 1<<53 + 2, 0.30000000000000004,
	}),
	rapid.Map(rapid.Uint64(), func(u uint64) float64 {
		if x := math.Float64frombits(u); !math.IsNaN(x) {
			return x
		}
		return 1
	}),
)

var drawID = rapid.Custom(func(t *rapid.T) keyspace.ID {
	part := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64())
	return keyspace.ID{Ms: part.Draw(t, "ms"), Seq: part.Draw(t, "seq")}
})

// drawValue draws a value that a tree can hold, not an empty collection.
var drawValue = rapid.Custom(func(t *rapid.T) keyspace.Value {
	names := func(least int) []string {
		v := rapid.SliceOfNDistinct(drawString, least, 8, rapid.ID[string]).Draw(t, "names")
		slices.Sort(v)
		return v
	}
	switch rapid.SampledFrom(keyspace.Types[:keyspace.TypeHyperLogLog+1]).Draw(t, "type") {
	case keyspace.TypeString:
		return keyspace.String(drawString.Draw(t, "value"))
	case keyspace.TypeHash:
		var v keyspace.Hash
		for _, name := range names(1) {
			v = append(v, keyspace.Field{Name: name, Value: drawString.Draw(t, "value")})
		}
		return v
	case keyspace.TypeList:
		return keyspace.List(rapid.SliceOfN(drawString, 1, 8).Draw(t, "elements"))
	case keyspace.TypeSet:
		return keyspace.Set(names(1))
	case keyspace.TypeZSet:
		var v keyspace.ZSet
		for _, name := range names(1) {
			v = append(v, keyspace.Member{Name: name, Score: drawScore.Draw(t, "score")})
		}
		return v
	case keyspace.TypeStream:
		return drawStream(t)
	case keyspace.TypeHyperLogLog:
		return keyspace.HyperLogLog(names(0))
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	panic("unreachable")
})

func drawStream(t *rapid.T) keyspace.Value {
	v := keyspace.Stream{LastID: drawID.Draw(t, "last ID")}
	ids := rapid.SliceOfNDistinct(drawID, 0, 8, rapid.ID[keyspace.ID]).Draw(t, "IDs")
	slices.SortFunc(ids, keyspace.ID.Compare)
	for _, id := range ids {
		e := keyspace.Entry{ID: id}
		for range rapid.IntRange(0, 3).Draw(t, "pairs") {
			e.Pairs = append(e.Pairs, keyspace.Pair{Field: drawString.Draw(t, "field"), Value: drawString.Draw(t, "value")})
		}
		v.Entries = append(v.Entries, e)
		v.LastID = keyspace.MaxID(v.LastID, id)
	}
	return v
}

// drawKeys draws whole keys with distinct names, in the order of the reader.
var drawKeys = rapid.Custom(func(t *rapid.T) []keyspace.Key {
	keys := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) keyspace.Key {
		k := keyspace.Key{
			DB:    rapid.SampledFrom([]int{0, 0, 0, 1, 15, keyspace.MaxDB}).Draw(t, "db"),
			Name:  drawName.Draw(t, "name"),
			Value: drawValue.Draw(t, "value"),
		}
		if rapid.Bool().Draw(t, "expires") {
			k.ExpireAt = keyspace.ExpireAtMs(rapid.OneOf(rapid.SampledFrom([]int64{0, 1, math.MaxInt64}), rapid.Int64Min(0)).Draw(t, "expire time"))
		}
		return k
	}), 0, 6, func(k keyspace.Key) string { return dbDir(k.DB) + "/" + k.Name }).Draw(t, "keys")
	slices.SortFunc(keys, func(a, b keyspace.Key) int {
		if a.DB != b.DB {
			return a.DB - b.DB
		}
		return strings.Compare(a.Name, b.Name)
	})
	return keys
})

// equalKeys compares keys; scores by bits, no elements as no elements.
var equalKeys = cmp.Options{
	cmp.Comparer(func(a, b keyspace.ExpireAt) bool { return a == b }),
	cmp.Comparer(func(a, b float64) bool { return keyspace.SameScore(a, b) }),
	cmpopts.EquateEmpty(),
}

func TestRoundTrip(t *testing.T) {
	base, trees := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		keys := drawKeys.Draw(rt, "keys")
		dir := filepath.Join(base, strconv.Itoa(trees))
		trees++
		w, err := Create(dir, testOptions)
		if err != nil {
			t.Fatal(err)
		}
		size := rapid.IntRange(1, 4).Draw(rt, "part size")
		for _, i := range rapid.Permutation(indexes(keys)).Draw(rt, "order") {
			for _, part := range keyspace.Split(keys[i], size) {
				if err := w.Key(part); err != nil {
					rt.Fatalf("Key: %v", err)
				}
			}
		}
		if err := w.Close(); err != nil {
			rt.Fatalf("Close: %v", err)
		}
		limit := keyspace.PartLimit{Elements: rapid.IntRange(1, 9).Draw(rt, "limit"), Bytes: rapid.IntRange(1, 50).Draw(rt, "limit in bytes")}
		got, err := readTree(t, dir, limit)
		if err != nil {
			rt.Fatalf("read: %v", err)
		}
		if diff := cmp.Diff(keys, got.Keys, equalKeys); diff != "" {
			rt.Fatalf("keys (-want +got):\n%s", diff)
		}
	})
}

func indexes(keys []keyspace.Key) []int {
	v := make([]int, len(keys))
	for i := range v {
		v[i] = i
	}
	return v
}
