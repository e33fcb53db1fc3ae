package rdbtest

import (
	"encoding/binary"
	"math"
)

var ziplistNumbers = []form{
	{"4 bits", 0, 12}, {"8 bits", math.MinInt8, math.MaxInt8}, {"16 bits", math.MinInt16, math.MaxInt16}, {"24 bits", -1 << 23, 1<<23 - 1},
	{"32 bits", math.MinInt32, math.MaxInt32}, {"64 bits", math.MinInt64, math.MaxInt64},
}

// oldZiplistNumbers are those of versions before 6.
var oldZiplistNumbers = []form{ziplistNumbers[2], ziplistNumbers[4], ziplistNumbers[5]}

var ziplistStrings = []form{{"string of 6 bits", 0, 63}, {"string of 14 bits", 0, 1<<14 - 1}, {"string of 32 bits", 0, math.MaxUint32}}

// Ziplist returns
//
//	total(4, LE) ∥ offset of the last item(4, LE) ∥ count(2, LE) ∥ (prevlen ∥ encoding ∥ data)* ∥ FF
//
// prevlen is the size of the item before: one byte, or FE and four, little-endian.
func (p *Pen) Ziplist(items ...Item) []byte {
	b := make([]byte, 10)
	last, previous := len(b), 0
	for _, item := range items {
		last = len(b)
		if previous >= 254 || p.choose("ziplist previous length", "narrow", "wide") == "wide" {
			b = binary.LittleEndian.AppendUint32(append(b, 0xFE), uint32(previous))
		} else {
			b = append(b, byte(previous))
		}
		b = p.ziplistItem(b, item)
		previous = len(b) - last
	}
	b = append(b, 0xFF)
	count := uint16(min(len(items), math.MaxUint16))
	if p.choose("ziplist count", "said", "not said") == "not said" {
		count = math.MaxUint16
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	binary.LittleEndian.PutUint32(b[4:], uint32(last))
	binary.LittleEndian.PutUint16(b[8:], count)
	return b
}

func (p *Pen) ziplistItem(b []byte, item Item) []byte {
	n, _ := item.number()
	s := item.text()
	numbers := ziplistNumbers
	if p.Version > 0 && p.Version < 6 {
		numbers = oldZiplistNumbers
	}
	switch p.choose("ziplist", formsOf(item, numbers, ziplistStrings)...) {
	case "4 bits":
		return append(b, 0xF1+byte(n))
	case "8 bits":
		return append(b, 0xFE, byte(n))
	case "16 bits":
		return binary.LittleEndian.AppendUint16(append(b, 0xC0), uint16(n))
	case "24 bits":
		return append(b, 0xF0, byte(n), byte(n>>8), byte(n>>16))
	case "32 bits":
		return binary.LittleEndian.AppendUint32(append(b, 0xD0), uint32(n))
	case "64 bits":
		return binary.LittleEndian.AppendUint64(append(b, 0xE0), uint64(n))
	case "string of 6 bits":
		b = append(b, byte(len(s)))
	case "string of 14 bits":
		b = append(b, 0x40|byte(len(s)>>8), byte(len(s)))
	case "string of 32 bits":
		b = binary.BigEndian.AppendUint32(append(b, 0x80), uint32(len(s)))
	}
	return append(b, s...)
}
