package rdblayout

import (
	"math/rand/v2"
	"slices"

	"redrill/fuzz/layout"
	"redrill/fuzz/rdbtest"
)

// snapshot is how the keys of a scenario are stored.
type snapshot struct {
	family   rdbtest.Family
	version  int
	pieces   []piece
	unsummed bool   // the checksum was not computed
	trailing string // behind the end
	// particular says that contents mean something in this family and version
	// only.
	particular bool
	noises     int // for their names
}

// piece is an opcode with its operands, or a key; with a name if it is no part of
// any key.
type piece struct {
	bytes []byte
	noise string
}

const trailingNoise = "behind the end"

// File implements [layout.Snapshot].
func (s snapshot) File() []byte { return append(s.sealed(s.body()), s.trailing...) }

// body returns all up to the last opcode.
func (s snapshot) body() []byte {
	b := rdbtest.Header(s.family, s.version)
	for _, p := range s.pieces {
		b = append(b, p.bytes...)
	}
	return append(b, rdbtest.OpEnd)
}

func (s snapshot) sealed(b []byte) []byte {
	switch {
	case s.version < rdbtest.FirstSummed:
		return b
	case s.unsummed:
		return rdbtest.AppendNoSum(b)
	}
	return rdbtest.AppendSum(b)
}

// Options implements [layout.Snapshot]: a file without a checksum is legal.
func (s snapshot) Options() layout.Options { return layout.Options{} }

// Protected implements [layout.Snapshot].
func (s snapshot) Protected() layout.Snapshot {
	s.version, s.unsummed = max(s.version, rdbtest.FirstSummed), false
	return s
}

// Plain implements [layout.Snapshot].
func (s snapshot) Plain() layout.Snapshot {
	s.trailing = ""
	return s.Protected()
}

// Rewrapped implements [layout.Snapshot]: with or without a checksum, and where the
// contents allow it in another version.
func (s snapshot) Rewrapped(r *rand.Rand) layout.Snapshot {
	s.unsummed = r.IntN(2) == 0
	switch {
	case s.version < 8:
		s.version = 1 + r.IntN(7)
	case !s.particular:
		if s.family, s.version = rdbtest.Redis, 8+r.IntN(9); s.version > 15 {
			s.family, s.version = rdbtest.Valkey, 80
		}
	}
	return s
}

// Noise implements [layout.Snapshot].
func (s snapshot) Noise() (names []string) {
	for _, p := range s.pieces {
		if p.noise != "" {
			names = append(names, p.noise)
		}
	}
	if s.trailing != "" {
		names = append(names, trailingNoise)
	}
	return names
}

// WithoutNoise implements [layout.Snapshot].
func (s snapshot) WithoutNoise(drop func(name string) bool) layout.Snapshot {
	s.pieces = slices.DeleteFunc(slices.Clone(s.pieces), func(p piece) bool { return p.noise != "" && drop(p.noise) })
	if drop(trailingNoise) {
		s.trailing = ""
	}
	return s
}

// Damaged implements [layout.Snapshot]. A cut in front of the end cannot go
// unnoticed. A flipped bit can where there is no checksum, and where it makes
// the version one that has none.
func (s snapshot) Damaged(r *rand.Rand) (file []byte, certain bool) {
	file = s.sealed(s.body())
	at := r.IntN(len(file))
	if r.IntN(2) == 0 {
		return file[:at], true
	}
	inVersion := at >= len(rdbtest.Redis) && at < len(rdbtest.Header(s.family, s.version))
	inSum := s.version >= rdbtest.FirstSummed && at >= len(file)-8
	certain = inSum || s.version >= rdbtest.FirstSummed && !s.unsummed && !inVersion
	file = append(flipped(file, at, r), s.trailing...)
	return file, certain
}

// Forged implements [layout.Snapshot].
func (s snapshot) Forged(r *rand.Rand) []byte {
	s.version = max(s.version, rdbtest.FirstSummed)
	b := s.body()
	for range 1 + r.IntN(4) {
		b = flipped(b, r.IntN(len(b)), r)
	}
	return rdbtest.AppendSum(b)
}

func flipped(b []byte, at int, r *rand.Rand) []byte {
	b = slices.Clone(b)
	b[at] ^= 1 << r.IntN(8)
	return b
}
