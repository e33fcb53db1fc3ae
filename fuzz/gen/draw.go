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

// drawExpireMs draws a time as rows hold it, unsigned.
func drawExpireMs(t *rapid.T) uint64 {
	return rapid.SampledFrom([]uint64{
		4102444800000, 1, storeBaseMs, 0, math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64 + 1, math.MaxInt64 + 6, math.MaxUint64,
	}).Draw(t, "expire time")
}

// expireAt returns the time that a row's unsigned one stands for.
func expireAt(ms uint64) keyspace.ExpireAt {
	return keyspace.ExpireAtMs(int64(min(ms, math.MaxInt64)))
}

// drawScore draws a score, among them NaN and both zeros.
func drawScore(t *rapid.T) float64 {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-5, 5), func(i int) float64 { return float64(i) }),
		rapid.SampledFrom([]float64{
			0, math.Copysign(0, -1), 0.1, 0.30000000000000004, math.Inf(1), math.Inf(-1), 5e-324, math.MaxFloat64,
			1<<53 - 1, 1 << 53, 1<<53 + 2, math.Float64frombits(0x7ff8000000000001), math.Float64frombits(0xfff8000000000002),
		}),
		rapid.Map(rapid.Uint64(), math.Float64frombits),
	).Draw(t, "score")
}

// drawID draws the ID of a stream entry, among them 0-0.
func drawID(t *rapid.T, label string) keyspace.ID {
	if rapid.IntRange(0, 11).Draw(t, label+" zero") == 11 {
		return keyspace.ID{}
	}
	number := rapid.OneOf(rapid.Uint64Range(0, 9), rapid.SampledFrom([]uint64{storeBaseMs, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64}))
	return keyspace.ID{Ms: number.Draw(t, label+" ms"), Seq: number.Draw(t, label+" seq")}
}
