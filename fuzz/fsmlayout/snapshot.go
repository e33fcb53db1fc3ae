package fsmlayout

import (
	"maps"
	"math/rand/v2"
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/fuzz/layout"
)

// snapshot is how the keys of a scenario are stored.
type snapshot struct {
	container fsmtest.Container
	// records are what the keys are made of: the newest version of each row.
	records []fsmtest.Record
	// noise is what must not change a key: older versions, deleted rows, claims,
	// fences, rows of other services, rows of no key.
	noise []fsmtest.Record
}

// File implements [layout.Snapshot].
func (s snapshot) File() []byte {
	return fsmtest.Snapshot(s.container, slices.Concat(s.records, s.noise)...)
}

// Options implements [layout.Snapshot].
func (s snapshot) Options() layout.Options {
	return layout.Options{Unprotected: s.container.NoFooter}
}

// Protected implements [layout.Snapshot]: a node always writes a footer.
func (s snapshot) Protected() layout.Snapshot {
	s.container.NoFooter = false
	return s
}

// Plain implements [layout.Snapshot].
func (s snapshot) Plain() layout.Snapshot {
	s.container = fsmtest.Node(s.container.LastCommitTS)
	return s
}

// Rewrapped implements [layout.Snapshot].
func (s snapshot) Rewrapped(r *rand.Rand) layout.Snapshot {
	s.container.Wrapper = fsmtest.Wrapper{}
	if version := r.IntN(3); version > 0 {
		s.container.Wrapper = fsmtest.Wrapper{Version: version, CeilingMs: r.Uint64()}
		if version == 2 {
			s.container.Wrapper.Cutover, s.container.Wrapper.Extra = r.Uint64(), bytesOf(r, r.IntN(1009))
		}
	}
	s.container.NoFooter = r.IntN(4) == 0
	return s
}

func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Noise implements [layout.Snapshot]: the storage keys.
func (s snapshot) Noise() []string {
	names := map[string]bool{}
	for _, r := range s.noise {
		names[string(r.Key)] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// WithoutNoise implements [layout.Snapshot].
func (s snapshot) WithoutNoise(drop func(name string) bool) layout.Snapshot {
	s.noise = slices.DeleteFunc(slices.Clone(s.noise), func(r fsmtest.Record) bool { return drop(string(r.Key)) })
	return s
}

// Damaged implements [layout.Snapshot]. A checksum finds either damage; without
// one, or without a wrapper that says that there was one, keys may come of it.
func (s snapshot) Damaged(r *rand.Rand) (file []byte, certain bool) {
	file = s.File()
	at := r.IntN(len(file))
	if r.IntN(2) == 0 {
		return fsmtest.FlipBit(file, at, uint(r.IntN(8))), !s.container.NoFooter
	}
	return file[:at], s.container.Wrapper.Version != 0 && at > 0 && !s.container.NoFooter
}

// Forged implements [layout.Snapshot]: bits of records are flipped.
func (s snapshot) Forged(r *rand.Rand) []byte {
	file := s.Plain().File()
	for range 1 + r.IntN(4) {
		file = fsmtest.FlipBit(file, r.IntN(len(file)-4), uint(r.IntN(8)))
	}
	return fsmtest.Refoot(file)
}
