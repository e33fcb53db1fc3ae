package fsm

import "hash/maphash"

// filter is a blocked Bloom filter of (user key, slot): it may say yes when
// the answer is no, never the reverse. All bits of a user key lie in one cache
// line, so asking for every slot costs one cache miss. A wrong yes costs a
// lookup in the file; when the filter is too full for the snapshot, decoding
// becomes slower and stays right.
type filter struct {
	lines []filterLine
	seed  maphash.Seed
}

type filterLine [8]uint64

const (
	filterLineBytes = 64
	minFilterBytes  = 1 << 10
	maxFilterBytes  = 32 << 20
)

// newFilter sizes the filter for a snapshot of the given size: about 10 bits
// per slot if every 100 bytes of the file held one.
func newFilter(snapshotBytes int64) *filter {
	n := min(max(snapshotBytes/64, minFilterBytes), maxFilterBytes)
	return &filter{lines: make([]filterLine, n/filterLineBytes), seed: maphash.MakeSeed()}
}

// line returns the cache line of a user key and the hash its bits derive from.
func (f *filter) line(userKey []byte) (*filterLine, uint64) {
	h := maphash.Bytes(f.seed, userKey)
	return &f.lines[(h>>32)*uint64(len(f.lines))>>32], h
}

// bits returns the two positions, of 512, of a slot.
func (s slot) bits(h uint64) (uint, uint) {
	h = (h ^ uint64(s+1)*0x9E3779B97F4A7C15) * 0xFF51AFD7ED558CCD
	return uint(h>>55) & 511, uint(h>>46) & 511
}

func (f *filter) add(userKey []byte, s slot) {
	line, h := f.line(userKey)
	a, b := s.bits(h)
	line[a/64] |= 1 << (a % 64)
	line[b/64] |= 1 << (b % 64)
}

// slotsOf returns every slot that the user key may have.
func (f *filter) slotsOf(userKey []byte) (m slots) {
	line, h := f.line(userKey)
	for s := slotNone + 1; s < slotCount; s++ {
		a, b := s.bits(h)
		if line[a/64]&(1<<(a%64)) != 0 && line[b/64]&(1<<(b%64)) != 0 {
			m |= 1 << s
		}
	}
	return m
}
