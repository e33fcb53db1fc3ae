package rdbtest

import (
	"encoding/binary"
	"math"
)

// Intset returns ascending numbers in the narrowest width, or a wider one:
//
//	width(4, LE) ∥ count(4, LE) ∥ numbers(width, LE)*
func (p *Pen) Intset(numbers ...int64) []byte {
	fits := func(limit int64) bool {
		for _, n := range numbers {
			if n < -limit || n >= limit {
				return false
			}
		}
		return true
	}
	forms := []string{"64 bits"}
	if fits(1 << 31) {
		forms = append([]string{"32 bits"}, forms...)
	}
	if fits(1 << 15) {
		forms = append([]string{"16 bits"}, forms...)
	}
	width := map[string]int{"16 bits": 2, "32 bits": 4, "64 bits": 8}[p.choose("intset", forms...)]
	return IntsetAs(width, numbers...)
}

// IntsetAs returns the numbers, in their order, in a width.
func IntsetAs(width int, numbers ...int64) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(width))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(numbers)))
	for _, n := range numbers {
		for i := range width {
			b = append(b, byte(n>>(8*i)))
		}
	}
	return b
}

// Zipmap returns pairs of a name and a value:
//
//	count(1) ∥ (L ∥ name ∥ L ∥ free(1) ∥ value ∥ unused bytes)* ∥ FF
//
// L is a length of one byte up to FD, or FE and four, little-endian. The count of
// 254 pairs and more is not said.
func (p *Pen) Zipmap(pairs ...[2]string) []byte {
	b := []byte{byte(min(len(pairs), 254))}
	if len(pairs) < 254 && p.choose("zipmap count", "said", "not said") == "not said" {
		b[0] = 254
	}
	for _, pair := range pairs {
		b = append(p.zipmapLen(b, len(pair[0])), pair[0]...)
		b = p.zipmapLen(b, len(pair[1]))
		free := 0
		if p.choose("zipmap free bytes", "none", "some") == "some" {
			free = 1 + len(pair[1])%4
		}
		b = append(append(b, byte(free)), pair[1]...)
		for range free {
			b = append(b, 0xFF) // as the end, to whoever does not skip it
		}
	}
	return append(b, 0xFF)
}

func (p *Pen) zipmapLen(b []byte, n int) []byte {
	if n < 254 { // servers refuse the wide form of these
		return append(b, byte(n))
	}
	return binary.LittleEndian.AppendUint32(append(b, 0xFE), uint32(min(n, math.MaxInt32)))
}
