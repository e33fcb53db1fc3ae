package rdbtest

import (
	"encoding/binary"
	"math"
)

var listpackNumbers = []form{
	{"7 bits", 0, 127}, {"13 bits", -1 << 12, 1<<12 - 1}, {"16 bits", math.MinInt16, math.MaxInt16},
	{"24 bits", -1 << 23, 1<<23 - 1}, {"32 bits", math.MinInt32, math.MaxInt32}, {"64 bits", math.MinInt64, math.MaxInt64},
}

var listpackStrings = []form{{"string of 6 bits", 0, 63}, {"string of 12 bits", 0, 4095}, {"string of 32 bits", 0, math.MaxUint32}}

// Listpack returns
//
//	total(4, LE) ∥ count(2, LE) ∥ (encoding ∥ data ∥ backlen)* ∥ FF
func (p *Pen) Listpack(items ...Item) []byte {
	b := make([]byte, 6)
	for _, item := range items {
		b = p.listpackItem(b, item)
	}
	b = append(b, 0xFF)
	count := uint16(min(len(items), math.MaxUint16))
	if p.choose("listpack count", "said", "not said") == "not said" {
		count = math.MaxUint16
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	binary.LittleEndian.PutUint16(b[4:], count)
	return b
}

func (p *Pen) listpackItem(b []byte, item Item) []byte {
	start := len(b)
	n, _ := item.number()
	s := item.text()
	switch p.choose("listpack", formsOf(item, listpackNumbers, listpackStrings)...) {
	case "7 bits":
		b = append(b, byte(n))
	case "13 bits":
		b = append(b, 0xC0|byte(n>>8)&0x1F, byte(n))
	case "16 bits":
		b = binary.LittleEndian.AppendUint16(append(b, 0xF1), uint16(n))
	case "24 bits":
		b = append(b, 0xF2, byte(n), byte(n>>8), byte(n>>16))
	case "32 bits":
		b = binary.LittleEndian.AppendUint32(append(b, 0xF3), uint32(n))
	case "64 bits":
		b = binary.LittleEndian.AppendUint64(append(b, 0xF4), uint64(n))
	case "string of 6 bits":
		b = append(append(b, 0x80|byte(len(s))), s...)
	case "string of 12 bits":
		b = append(append(b, 0xE0|byte(len(s)>>8), byte(len(s))), s...)
	case "string of 32 bits":
		b = append(binary.LittleEndian.AppendUint32(append(b, 0xF0), uint32(len(s))), s...)
	}
	return p.backlen(b, uint64(len(b)-start))
}

// backlen appends the size of an item, seven bits to a byte, the highest first; all
// but the first have their top bit set. At three sizes older servers write a byte
// more.
func (p *Pen) backlen(b []byte, size uint64) []byte {
	width := 1
	for width < 5 && size>>(7*width) > 0 {
		width++
	}
	if width < 5 && size == 1<<(7*width)-1 && width > 1 && p.choose("listpack backlen at a boundary", "minimal", "a byte more") == "a byte more" {
		width++
	}
	for i := width - 1; i >= 0; i-- {
		seven := byte(size>>(7*i)) & 0x7F
		if i < width-1 {
			seven |= 0x80
		}
		b = append(b, seven)
	}
	return b
}
