package rdbtest

import (
	"encoding/binary"
	"math"
	"strconv"
)

// Len writes a length:
//
//	00nnnnnn | 01nnnnnn n(1) | 80 ∥ n(4, BE) | 81 ∥ n(8, BE)
//
// Any form that is wide enough is legal.
func (p *Pen) Len(n uint64) {
	var forms []string
	if n < 1<<6 {
		forms = append(forms, "6 bits")
	}
	if n < 1<<14 {
		forms = append(forms, "14 bits")
	}
	if n <= math.MaxUint32 {
		forms = append(forms, "32 bits")
	}
	if p.Version == 0 || p.Version >= 8 {
		forms = append(forms, "64 bits")
	}
	switch p.choose("length", forms...) {
	case "6 bits":
		p.Raw(byte(n))
	case "14 bits":
		p.Raw(0x40|byte(n>>8), byte(n))
	case "32 bits":
		p.b = binary.BigEndian.AppendUint32(append(p.b, 0x80), uint32(n))
	case "64 bits":
		p.b = binary.BigEndian.AppendUint64(append(p.b, 0x81), n)
	}
}

// Str writes a string:
//
//	len ∥ bytes | C0 i8 | C1 i16le | C2 i32le | C3 ∥ len(packed) ∥ len ∥ LZF
func (p *Pen) Str(s string) {
	n, isInt := canonical(s)
	fits := func(limit int64) bool { return isInt && n >= -limit && n < limit }
	var forms []string
	if fits(1 << 7) {
		forms = append(forms, "8 bits")
	}
	if fits(1 << 15) {
		forms = append(forms, "16 bits")
	}
	if fits(1 << 31) {
		forms = append(forms, "32 bits")
	}
	var packed []byte
	if s != "" {
		if packed = Compress(s); len(s) > 20 && len(packed)+4 <= len(s) && len(forms) == 0 {
			forms = append(forms, "LZF")
		}
	}
	forms = append(forms, "raw")
	if packed != nil && forms[0] != "LZF" {
		forms = append(forms, "LZF")
	}
	switch p.choose("string", forms...) {
	case "8 bits":
		p.Raw(0xC0, byte(n))
	case "16 bits":
		p.b = binary.LittleEndian.AppendUint16(append(p.b, 0xC1), uint16(n))
	case "32 bits":
		p.b = binary.LittleEndian.AppendUint32(append(p.b, 0xC2), uint32(n))
	case "LZF":
		p.Raw(0xC3)
		p.Len(uint64(len(packed)))
		p.Len(uint64(len(s)))
		p.Raw(packed...)
	case "raw":
		p.RawStr(s)
	}
}

// RawStr writes a string as its length and its bytes.
func (p *Pen) RawStr(s string) {
	p.Len(uint64(len(s)))
	p.b = append(p.b, s...)
}

// canonical returns the number that s is the only text of.
func canonical(s string) (n int64, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

// Ms writes a time in Unix milliseconds: i64le.
func (p *Pen) Ms(ms int64) { p.b = binary.LittleEndian.AppendUint64(p.b, uint64(ms)) }

// Double writes binary64, little-endian.
func (p *Pen) Double(x float64) {
	p.b = binary.LittleEndian.AppendUint64(p.b, math.Float64bits(x))
}

// RawID writes an ID of a stream entry in 16 bytes, big-endian.
func (p *Pen) RawID(ms, seq uint64) {
	p.b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(p.b, ms), seq)
}

// ScoreText writes a score of a sorted set as text:
//
//	n(1) ∥ text(n) | FE: infinity | FF: minus infinity
func (p *Pen) ScoreText(x float64) {
	switch {
	case math.IsNaN(x):
		p.Raw(253)
	case math.IsInf(x, 1):
		p.Raw(254)
	case math.IsInf(x, -1):
		p.Raw(255)
	default:
		text := p.decimal(x)
		p.Raw(byte(len(text)))
		p.b = append(p.b, text...)
	}
}

// decimal returns one of the texts of a finite number.
func (p *Pen) decimal(x float64) string {
	long, short := strconv.FormatFloat(x, 'g', 17, 64), strconv.FormatFloat(x, 'g', -1, 64)
	plain := strconv.FormatFloat(x, 'f', -1, 64)
	forms := []string{"of 17 digits", "shortest"}
	if len(plain) < 40 {
		forms = append(forms, "without exponent")
	}
	switch p.choose("score text", forms...) {
	case "shortest":
		return short
	case "without exponent":
		return plain
	}
	return long
}
