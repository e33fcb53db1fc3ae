package compare

import "math/bits"

// Layout of a HyperLogLog value of Redis:
//
//	"HYLL" ∥ encoding(1) ∥ unused(3) ∥ cached cardinality(8, LE; highest bit: stale) ∥ registers
//	dense  (0): 16384 registers of 6 bits, least significant bit first
//	sparse (1): runs  00xxxxxx           ZERO:  xxxxxx+1 registers of 0
//	                  01xxxxxx yyyyyyyy  XZERO: xxxxxxyyyyyyyy+1 registers of 0
//	                  1vvvvvxx           VAL:   xx+1 registers of vvvvv+1
const (
	hllBits       = 14
	hllRegisters  = 1 << hllBits
	hllHashBits   = 64 - hllBits
	hllHeader     = 16
	hllDenseBytes = hllHeader + hllRegisters*6/8
	hllSeed       = 0xadc83b19
)

// registers is the state of a HyperLogLog: per register the longest run.
type registers [hllRegisters]uint8

// add counts an element in, as PFADD does.
func (r *registers) add(element string) {
	hash := MurmurHash64A(element, hllSeed)
	i := hash & (hllRegisters - 1)
	run := uint8(bits.TrailingZeros64(hash>>hllBits|1<<hllHashBits) + 1)
	r[i] = max(r[i], run)
}

// decodeRegisters reads the live value b. The cached cardinality is not looked
// at: counting rewrites it. It reports false when b is no HyperLogLog.
func decodeRegisters(b []byte, r *registers) bool {
	if len(b) < hllHeader || string(b[:4]) != "HYLL" {
		return false
	}
	switch b[4] {
	case 0:
		return decodeDense(b[hllHeader:], r)
	case 1:
		return decodeSparse(b[hllHeader:], r)
	}
	return false
}

func decodeDense(b []byte, r *registers) bool {
	if len(b) != hllDenseBytes-hllHeader {
		return false
	}
	for i := 0; i < hllRegisters; i += 4 { // 4 registers in 3 bytes
		p := b[i/4*3:]
		v := uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16
		r[i], r[i+1] = uint8(v&63), uint8(v>>6&63)
		r[i+2], r[i+3] = uint8(v>>12&63), uint8(v>>18)
	}
	return true
}

func decodeSparse(b []byte, r *registers) bool {
	at := 0
	for i := 0; i < len(b); i++ {
		op, run, value := b[i], 0, uint8(0)
		switch {
		case op&0x80 != 0:
			run, value = int(op&3)+1, op>>2&31+1
		case op&0x40 == 0:
			run = int(op&63) + 1
		case i+1 < len(b):
			run = int(op&63)<<8 + int(b[i+1]) + 1
			i++
		}
		if run == 0 || at+run > hllRegisters {
			return false
		}
		for end := at + run; at < end; at++ {
			r[at] = value
		}
	}
	return at == hllRegisters
}

// MurmurHash64A is MurmurHash2, 64-bit version for 64-bit platforms, read in
// little-endian order.
func MurmurHash64A(s string, seed uint64) uint64 {
	const (
		m = 0xc6a4a7935bd1e995
		r = 47
	)
	h := seed ^ uint64(len(s))*m
	for ; len(s) >= 8; s = s[8:] {
		k := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		k *= m
		k ^= k >> r
		k *= m
		h ^= k
		h *= m
	}
	if len(s) > 0 {
		var tail uint64
		for i := range len(s) {
			tail |= uint64(s[i]) << (8 * i)
		}
		h ^= tail
		h *= m
	}
	h ^= h >> r
	h *= m
	h ^= h >> r
	return h
}
