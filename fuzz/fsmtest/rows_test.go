package fsmtest_test

import (
	"math"
	"testing"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"github.com/google/go-cmp/cmp"
)

// row is the text of a row: its storage key, then its body in hexadecimal.
// Bytes of the key stand in Go string syntax.
type row struct {
	name string
	got  fsmtest.Row
	key  string
	body string
}

func checkRows(t *testing.T, tests []row) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.key, string(tt.got.Key)); diff != "" {
				t.Errorf("storage key (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(unhex(t, tt.body), string(tt.got.Body)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSingleRows(t *testing.T) {
	checkRows(t, []row{
		{"string", fsmtest.String("k").Row("v"), "!redis|str|k", "ff 01 00 76"},
		{"string expiring", fsmtest.String("k").RowExpiring("v", workedMs), "!redis|str|k", "ff 01 01 00 00 01 8b cf e5 68 00 76"},
		{"string legacy", fsmtest.String("k").Legacy("v"), "!redis|str|k", "76"},
		{"string bare", fsmtest.String("k").Bare("v"), "k", "76"},
		{"hll", fsmtest.HyperLogLog("p").Row("a"), "!redis|hll|p", "ff 02 00 00 52 53 01 0a 01 61"},
		{
			"hll expiring", fsmtest.HyperLogLog("p").RowExpiring(workedMs, "a"), "!redis|hll|p",
			"ff 02 01 00 00 01 8b cf e5 68 00 00 52 53 01 0a 01 61",
		},
		{"hll legacy", fsmtest.HyperLogLog("p").Legacy("a"), "!redis|hll|p", "00 52 53 01 0a 01 61"},
		{"ttl", fsmtest.TTL("k", workedMs), "!redis|ttl|k", "00 00 01 8b cf e5 68 00"},
		{"fence", fsmtest.Fences("h")[0], "!redis|txn-wide-hash|h", ""},
	})
}

func TestCollectionRows(t *testing.T) {
	const h, tail = "\x00\x00\x00\x01h", "\x01\x8b\xcf\xe5\x68\x00\x00\x00\x00\x00\x00\x00"
	hash, list, zset := fsmtest.Hash("h"), fsmtest.List("l"), fsmtest.ZSet("z")
	checkRows(t, []row{
		{"hash field", hash.Field("a", "1"), "!hs|fld|" + h + "a", "31"},
		{"hash meta 8", hash.Meta8(1), "!hs|meta|" + h, "00 00 00 00 00 00 00 01"},
		{"hash meta 16", hash.Meta16(1, 0), "!hs|meta|" + h, "00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00"},
		{"hash delta", hash.Delta(workedTS, 0, -2), "!hs|meta|d|" + h + tail, "ff ff ff ff ff ff ff fe"},
		{"list item 0", list.Item(0, "a"), "!lst|itm|l\x80\x00\x00\x00\x00\x00\x00\x00", "61"},
		{"list item -1", list.Item(-1, "z"), "!lst|itm|l\x7f\xff\xff\xff\xff\xff\xff\xff", "7a"},
		{
			"list meta 24", list.Meta24(-1, 1, 2), "!lst|meta|l",
			"ff ff ff ff ff ff ff ff 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02",
		},
		{
			"list delta", list.Delta(workedTS, 0, 1, -1), "!lst|meta|d|\x00\x00\x00\x01l" + tail,
			"00 00 00 00 00 00 00 01 ff ff ff ff ff ff ff ff",
		},
		{"list claim", list.Claim(0), "!lst|claim|\x00\x00\x00\x01l\x80\x00\x00\x00\x00\x00\x00\x00", ""},
		{"set member", fsmtest.Set("s").Member("m"), "!st|mem|\x00\x00\x00\x01sm", ""},
		{"zset member", zset.Member("m", 1.5), "!zs|mem|\x00\x00\x00\x01zm", "3f f8 00 00 00 00 00 00"},
		{"zset score", zset.Score("m", 1.5), "!zs|scr|\x00\x00\x00\x01z\xbf\xf8\x00\x00\x00\x00\x00\x00m", ""},
		{"zset score -1", zset.Score("m", -1), "!zs|scr|\x00\x00\x00\x01z\x40\x0f\xff\xff\xff\xff\xff\xffm", ""},
		{
			"stream meta", fsmtest.Stream("x").Meta48(2, keyspace.ID{Ms: 5}, 0, keyspace.ID{Ms: 3}), "!stream|meta|\x00\x00\x00\x01x",
			"0000000000000002 0000000000000005 0000000000000000 0000000000000000 0000000000000003 0000000000000000",
		},
		{
			"stream entry", fsmtest.Stream("x").Entry(keyspace.Entry{ID: keyspace.ID{Ms: 5}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}}),
			"!stream|entry|\x00\x00\x00\x01x\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00",
			"00 52 58 45 01 0a 03 35 2d 30 12 01 66 12 01 76",
		},
	})
}

func TestBlobRows(t *testing.T) {
	checkRows(t, []row{
		{
			"hash", fsmtest.Hash("h").Blob(keyspace.Field{Name: "a", Value: "1"}), "!redis|hash|h",
			"00 52 48 01 0a 06 0a 01 61 12 01 31",
		},
		{"set", fsmtest.Set("s").Blob("a"), "!redis|set|s", "00 52 53 01 0a 01 61"},
		{
			"zset", fsmtest.ZSet("z").Blob(keyspace.Member{Name: "m", Score: 2}), "!redis|zset|z",
			"00 52 5a 01 0a 0c 0a 01 6d 11 00 00 00 00 00 00 00 40",
		},
		{"zset zero", fsmtest.ZSet("z").Blob(keyspace.Member{Name: "m"}), "!redis|zset|z", "00 52 5a 01 0a 03 0a 01 6d"},
		{
			"stream", fsmtest.Stream("x").Blob(keyspace.Entry{ID: keyspace.ID{Ms: 1}, Pairs: []keyspace.Pair{{Field: "a", Value: "b"}}}), "!redis|stream|x",
			"00 52 58 01 0a 0b 0a 03 31 2d 30 12 01 61 12 01 62",
		},
	})
}

func TestSortableScores(t *testing.T) {
	tests := []struct {
		score float64
		want  string
	}{
		{0, "8000000000000000"},
		{math.Copysign(0, -1), "8000000000000000"},
		{1, "bff0000000000000"},
		{-1, "400fffffffffffff"},
		{0.1, "bfb999999999999a"},
		{5e-324, "8000000000000001"},
		{math.Inf(1), "fff0000000000000"},
		{math.Inf(-1), "000fffffffffffff"},
		{math.Float64frombits(0x7ff8000000000001), "fff8000000000001"},
	}
	for _, tt := range tests {
		key := string(fsmtest.ZSet("").Score("", tt.score).Key)
		if got, want := key[len(key)-8:], unhex(t, tt.want); got != want {
			t.Errorf("index bytes of %v = %x, want %x", tt.score, got, want)
		}
	}
}
