package rdblayout

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// boundaries are lengths at which something of a packed element changes.
var boundaries = [...]int{63, 64, 127, 128, 253, 254, 255, 4095, 4096}

// hardLength is the length of an element whose size is one of those at which the
// width of a backlen differs between writers.
const hardLength = 16378

// spiced replaces some contents by numbers, repetitive text, and text of lengths at
// boundaries. Elements stay distinct if they were.
func (b *builder) spiced(all []string) {
	seen := map[string]bool{}
	for _, s := range all {
		seen[s] = true
	}
	for i := range all {
		if s := b.spice(all[i]); !seen[s] {
			seen[s] = true
			all[i] = s
		}
	}
}

func (b *builder) spice(s string) string {
	switch b.r.IntN(14) {
	case 0, 1, 2:
		return strconv.FormatInt(b.number(), 10)
	case 3:
		return strings.Repeat(among(b, "ab", "x", "012", "long words "), 2+b.r.IntN(40))
	case 4:
		if b.oneIn(4) {
			n := among(b, boundaries[:]...)
			b.Feature("content: of " + strconv.Itoa(n) + " bytes")
			return b.text(n)
		}
		if b.oneIn(4) {
			b.Feature("content: of " + strconv.Itoa(hardLength) + " bytes")
			return b.text(hardLength)
		}
	case 5:
		return among(b, "007", "+1", "-0", " 1", "1 ", "1.0", "2.5", "-9223372036854775809", "9223372036854775808", "3.0", "0x10", "", "\uFFFD")
	}
	return s
}

// text returns text of n bytes that hardly repeats.
func (b *builder) text(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(b.r.Uint32())
	}
	return string(out)
}

// number returns a number, mostly at a boundary of a form.
func (b *builder) number() int64 {
	if b.oneIn(4) {
		return int64(b.r.Uint64())
	}
	n := among[int64](b, 0, 12, 13, 127, 128, 255, 256, 4095, 4096, math.MaxInt16, math.MaxInt16+1, 1<<23-1, 1<<23, math.MaxInt32, math.MaxInt32+1, 1<<53+1, math.MaxInt64)
	switch b.r.IntN(3) {
	case 0:
		return -n
	case 1:
		return -n - 1
	}
	return n
}

// numbers returns distinct numbers, ascending.
func (b *builder) numbers(n int) (all []int64) {
	narrow := b.oneIn(2)
	for range n {
		i := b.number()
		if narrow {
			i = int64(int16(i))
		}
		all = append(all, i)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
