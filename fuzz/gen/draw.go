package gen

import (
	"encoding/binary"
	"math"
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

// name draws a name no other key of the scenario has.
func (b *builder) name() string {
	var name string
	switch rapid.IntRange(0, 2).Draw(b.t, "name kind") {
	case 1:
		name = rapid.SampledFrom(nastyNames()).Draw(b.t, "name")
	case 2:
		name = drawBytes(b.t, "name")
	default:
		name = rapid.StringMatching(`[a-d]{1,3}`).Draw(b.t, "name")
	}
	return b.unused(name)
}

// unused returns the name, longer if it is taken, and takes it.
func (b *builder) unused(name string) string {
	for slices.Contains(b.names, name) {
		name += "'"
	}
	b.names = append(b.names, name)
	return name
}

// extension draws bytes that put a longer name between the rows of a shorter
// one of the same types: between two versions, or among the items of a list.
func (b *builder) extension(types []keyspace.Type) string {
	if slices.Contains(types, keyspace.TypeList) && b.oneIn(2, "like a sequence number") {
		b.feature("name among list items")
		seq := b.head + int64(rapid.IntRange(-1, 5).Draw(b.t, "seq"))
		return string(binary.BigEndian.AppendUint64(nil, uint64(seq)^1<<63))
	}
	return b.between()
}

// between draws bytes that put a longer storage key between two versions of a
// shorter one. The timestamps differ from their sixth byte on.
func (b *builder) between() string {
	b.feature("name between versions")
	suffix := binary.BigEndian.AppendUint64(nil, ^b.ts(rapid.IntRange(0, versions-1).Draw(b.t, "like version")))
	return string(suffix[:rapid.IntRange(1, 8).Draw(b.t, "length")])
}

func byteStrings(maxLen int) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, maxLen), func(b []byte) string { return string(b) })
}

// values generates the contents of keys. It is made once: that takes longer
// than to draw from it.
var values = rapid.OneOf(rapid.StringMatching(`[a-z]{1,3}`), rapid.SampledFrom(nastyValues()), byteStrings(12))

func drawBytes(t *rapid.T, label string) string { return values.Draw(t, label) }

// distinct draws ascending distinct strings, some of which are longer forms of
// another.
func (b *builder) distinct(label string) []string {
	v := rapid.SliceOfNDistinct(values, 0, 6, rapid.ID[string]).Draw(b.t, label)
	if len(v) > 0 && b.oneIn(4, "neighbour") {
		if longer := v[0] + b.between(); !slices.Contains(v, longer) {
			v = append(v, longer)
		}
	}
	v = atMost(b, v)
	slices.Sort(v)
	return v
}

// anyBits generates numbers of 64 bits, all alike likely. Those of rapid are
// small more often than not: as scores, nearly all of them are subnormal.
var anyBits = rapid.Custom(func(t *rapid.T) uint64 {
	return mix(mix(rapid.Uint64().Draw(t, "bits")) + rapid.Uint64().Draw(t, "more bits"))
})

// untilMs is a time that comes after every campaign.
const untilMs = 4102444800000

// anyMs generates times of the whole range that rows can hold. None passes
// during a campaign.
var anyMs = rapid.OneOf(
	rapid.Map(anyBits, func(n uint64) uint64 { return n % storeBaseMs }),
	rapid.Map(rapid.Custom(drawPower), func(n uint64) uint64 {
		if n > storeBaseMs && n < untilMs {
			n += untilMs
		}
		return n
	}),
	rapid.Map(anyBits, func(n uint64) uint64 { return untilMs + n%(math.MaxInt64-untilMs) }),
	rapid.Map(anyBits, func(n uint64) uint64 { return 1<<63 | n }),
)

// drawPower draws a power of two, or a number beside one.
func drawPower(t *rapid.T) uint64 {
	return uint64(1)<<rapid.IntRange(0, 63).Draw(t, "power") + uint64(rapid.IntRange(-1, 1).Draw(t, "beside"))
}

// drawExpireMs draws a time as rows hold it, unsigned.
func drawExpireMs(t *rapid.T) uint64 {
	if rapid.IntRange(0, 2).Draw(t, "any time") == 2 {
		return anyMs.Draw(t, "expire time")
	}
	return rapid.SampledFrom([]uint64{
		untilMs, 1, storeBaseMs, 0, math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64 + 1, math.MaxInt64 + 6, math.MaxUint64,
	}).Draw(t, "expire time")
}

// expireAt returns the time that a row's unsigned one stands for.
func expireAt(ms uint64) keyspace.ExpireAt {
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

func drawScore(t *rapid.T) float64 { return scores.Draw(t, "score") }

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

// drawID draws the ID of a stream entry, among them 0-0.
func drawID(t *rapid.T, label string) keyspace.ID {
	if rapid.IntRange(0, 11).Draw(t, label+" zero") == 11 {
		return keyspace.ID{}
	}
	return keyspace.ID{Ms: numbers.Draw(t, label+" ms"), Seq: numbers.Draw(t, label+" seq")}
}

// numbers generates both halves of IDs.
var numbers = rapid.OneOf(
	rapid.Uint64Range(0, 9),
	rapid.SampledFrom([]uint64{storeBaseMs, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64}),
	anyBits,
	rapid.Custom(drawPower),
)
