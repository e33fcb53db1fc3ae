package rdbtest

import (
	"encoding/binary"
	"math"
	"strings"
)

const moduleAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// ModuleID returns nine characters of six bits, the first highest, and the version
// in the lowest ten bits.
func ModuleID(name string, version int) (id uint64) {
	for _, c := range name {
		id = id<<6 | uint64(strings.IndexRune(moduleAlphabet, c))
	}
	return id<<10 | uint64(version)
}

// ClassWord returns the word of a class of metadata: four characters of six bits,
// the first highest, five bits of a version, three of flags.
func ClassWord(name string, version, flags int) []byte {
	var word uint32
	for _, c := range name {
		word = word<<6 | uint32(strings.IndexRune(moduleAlphabet, c))
	}
	return binary.LittleEndian.AppendUint32(nil, word<<8|uint32(version)<<3|uint32(flags))
}

// Part is a piece of what a module stores: int64, uint64, float32, float64 or
// string.
type Part any

// Parts writes what a module stores, up to its end: opcode and value of each.
func (p *Pen) Parts(parts ...Part) {
	for _, part := range parts {
		switch v := part.(type) {
		case int64:
			p.Len(1)
			p.Len(uint64(v))
		case uint64:
			p.Len(2)
			p.Len(v)
		case float32:
			p.Len(3)
			p.b = binary.LittleEndian.AppendUint32(p.b, math.Float32bits(v))
		case float64:
			p.Len(4)
			p.Double(v)
		case string:
			p.Len(5)
			p.Str(v)
		}
	}
	p.Len(0)
}
