package gen

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"redrill/keyspace"

	"pgregory.net/rapid"
)

// nastyNames are names that something in the format could take for something
// else.
func nastyNames() []string {
	return []string{
		"", "k", "kz", "k\xff", "k\x00", "k|", "d|", "d|foo", "d|\x00\x00\x00\x01k", "d|\x00\x00\x00\x01kabcdefghijkl",
		"!redis|str|foo", "!redis|ttl|k", "!lst|meta|k", "!hs|fld|x", "_meta_last_commit_ts", "_meta_last_c", "_meta_applied_index",
		"!", "!|", "!A|x", "\x00", "\xff", "\xfe", "\xfe\x74\x30\x1a\x97\xff\xff\xff", "\xff\x01", "\r\n", " ", "\"'\\", "%41", "b64.foo",
		"Ünï", "\xef\xbf\xbd", "\xed\xa0\x80", "a/b", "..", strings.Repeat("n", 240), strings.Repeat("n", 241), strings.Repeat("\x00", 40),
	}
}

// nastyValues are values that something could take for something else.
func nastyValues() []string {
	return []string{
		"", "v", "\xff", "\xff\x01", "\xff\x01\x00v", "\xff\x02", "\xff\x02\x00", "\x00RS\x01", "\x00RXE\x01", "0", "-0", "12345678901234567890",
		"\x00", "\r\n", "\xc3\x28", "\xed\xa0\x80", "\xef\xbf\xbd", "<&>\u2028\u2029\\\"", strings.Repeat("x", 300), strings.Repeat("\xff\x00", 100),
	}
}

func byteStrings(maxLen int) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, maxLen), func(b []byte) string { return string(b) })
}

// values generates the contents of keys. It is made once: that takes longer
// than to draw from it.
var values = rapid.OneOf(rapid.StringMatching(`[a-z]{1,3}`), rapid.SampledFrom(nastyValues()), byteStrings(12))

// Bytes draws contents of a key.
func (d *Drawer) Bytes(label string) string { return drawBytes(d.T, label) }

func drawBytes(t *rapid.T, label string) string { return values.Draw(t, label) }

// anyBits generates numbers of 64 bits, all alike likely. Those of rapid are
// small more often than not: as scores, nearly all of them are subnormal.
var anyBits = rapid.Custom(func(t *rapid.T) uint64 {
	return rand.NewPCG(rapid.Uint64().Draw(t, "bits"), rapid.Uint64().Draw(t, "more bits")).Uint64()
})

// PastMs and UntilMs are times before and after every campaign, in Unix
// milliseconds: none that is drawn lies between them.
const (
	PastMs  = 1700000000000
	UntilMs = 4102444800000
)

// anyMs generates times of the whole range that rows can hold. None passes
// during a campaign.
var anyMs = rapid.OneOf(
	rapid.Map(anyBits, func(n uint64) uint64 { return n % PastMs }),
	rapid.Map(rapid.Custom(drawPower), func(n uint64) uint64 {
		if n > PastMs && n < UntilMs {
			n += UntilMs
		}
		return n
	}),
	rapid.Map(anyBits, func(n uint64) uint64 { return UntilMs + n%(math.MaxInt64-UntilMs) }),
	rapid.Map(anyBits, func(n uint64) uint64 { return 1<<63 | n }),
)

// drawPower draws a power of two, or a number beside one.
func drawPower(t *rapid.T) uint64 {
	return uint64(1)<<rapid.IntRange(0, 63).Draw(t, "power") + uint64(rapid.IntRange(-1, 1).Draw(t, "beside"))
}

// ExpireMs draws an expire time, unsigned as snapshots hold it.
func (d *Drawer) ExpireMs() uint64 {
	if rapid.IntRange(0, 2).Draw(d.T, "any time") == 2 {
		return anyMs.Draw(d.T, "expire time")
	}
	return rapid.SampledFrom([]uint64{
		UntilMs, 1, PastMs, 0, math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64 + 1, math.MaxInt64 + 6, math.MaxUint64,
	}).Draw(d.T, "expire time")
}

// ExpireAt returns the time that an unsigned one stands for.
func ExpireAt(ms uint64) keyspace.ExpireAt {
	return keyspace.ExpireAtMs(int64(min(ms, math.MaxInt64)))
}

// scores generates scores, among them NaN and both zeros. It is made once, like
// values.
var scores = rapid.OneOf(
	rapid.Map(rapid.IntRange(-5, 5), func(i int) float64 { return float64(i) }),
	rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), 0.1, 0.30000000000000004, math.Inf(1), math.Inf(-1), 5e-324, math.MaxFloat64,
		1<<53 - 1, 1 << 53, 1<<53 + 2, math.Float64frombits(0x7ff8000000000001), math.Float64frombits(0xfff8000000000002),
	}),
	rapid.Map(rapid.Uint64(), math.Float64frombits),
	rapid.Map(anyBits, math.Float64frombits),
	rapid.Custom(drawBoundary),
	rapid.Custom(drawDecimal),
)

// zset draws members, some with scores beside each other.
func (d *Drawer) zset() (v keyspace.ZSet) {
	for _, name := range d.Distinct("zset") {
		m := keyspace.Member{Name: name, Score: scores.Draw(d.T, "score")}
		if n := len(v); n > 0 && d.OneIn(6, "one ulp above") {
			m.Score = math.Nextafter(v[n-1].Score, math.Inf(1))
		}
		v = append(v, m)
	}
	return v
}

// drawBoundary draws a number at the edge of an exponent, or of all finite ones.
func drawBoundary(t *rapid.T) float64 {
	exponent := rapid.OneOf(rapid.SampledFrom([]uint64{0, 1, 0x7fe}), rapid.Uint64Range(0, 0x7fe)).Draw(t, "exponent")
	mantissa := rapid.SampledFrom([]uint64{0, 1, 1<<52 - 1, 1<<52 - 2, 1 << 51}).Draw(t, "mantissa")
	sign := uint64(rapid.IntRange(0, 1).Draw(t, "sign"))
	return math.Float64frombits(sign<<63 | exponent<<52 | mantissa)
}

// drawDecimal draws a number of few decimal digits, as people write them.
func drawDecimal(t *rapid.T) float64 {
	x := float64(rapid.IntRange(-1_000_000, 1_000_000).Draw(t, "digits"))
	return x * math.Pow10(rapid.IntRange(-20, 20).Draw(t, "power of ten"))
}

// ID draws the ID of a stream entry, among them 0-0.
func (d *Drawer) ID(label string) keyspace.ID { return drawID(d.T, label) }

func drawID(t *rapid.T, label string) keyspace.ID {
	if rapid.IntRange(0, 11).Draw(t, label+" zero") == 11 {
		return keyspace.ID{}
	}
	return keyspace.ID{Ms: numbers.Draw(t, label+" ms"), Seq: numbers.Draw(t, label+" seq")}
}

// numbers generates both halves of IDs.
var numbers = rapid.OneOf(
	rapid.Uint64Range(0, 9),
	rapid.SampledFrom([]uint64{PastMs, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64}),
	anyBits,
	rapid.Custom(drawPower),
)

// Entries draws entries with ascending IDs; fields may repeat.
func (d *Drawer) Entries() []keyspace.Entry {
	pair := rapid.Custom(func(t *rapid.T) keyspace.Pair {
		return keyspace.Pair{Field: drawBytes(t, "field"), Value: drawBytes(t, "value")}
	})
	entry := rapid.Custom(func(t *rapid.T) keyspace.Entry {
		e := keyspace.Entry{ID: drawID(t, "entry"), Pairs: rapid.SliceOfN(pair, 0, 3).Draw(t, "pairs")}
		if len(e.Pairs) > 0 && rapid.IntRange(0, 3).Draw(t, "field twice") == 3 {
			e.Pairs = append(e.Pairs, keyspace.Pair{Field: e.Pairs[0].Field, Value: drawBytes(t, "value")})
		}
		return e
	})
	id := func(e keyspace.Entry) keyspace.ID { return e.ID }
	entries := atMost(d, rapid.SliceOfNDistinct(entry, 0, 5, id).Draw(d.T, "entries"))
	slices.SortFunc(entries, func(a, b keyspace.Entry) int { return a.ID.Compare(b.ID) })
	return entries
}
