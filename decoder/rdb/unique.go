package rdb

import (
	"hash/maphash"
	"slices"
)

// unique finds the names that occur twice among more than fit into memory. It holds
// 64-bit hashes: of all names, if there are not too many, else of one share after
// the other. A last pass tells names of one hash apart.
type unique struct {
	seed   maphash.Seed
	most   int // hashes held at once
	hashes []uint64
	names  uint64 // in the pass under way

	shares, share uint64
	suspects      []uint64        // hashes that occurred twice, ascending in the last pass
	overflow      bool            // there were more suspects
	seen          map[string]bool // names of the last pass: whether they occurred twice
}

// Bounds of what is held at once.
const (
	nameHashes  = 8 << 20 // of elements of one key: 64 MiB
	keyHashes   = 4 << 20
	manyHashes  = 1 << 20 // from here on there is room for all
	maxSuspects = 10_000
)

func newUnique(most int) *unique {
	return &unique{seed: maphash.MakeSeed(), most: most, shares: 1}
}

// add takes the next name of a pass. The names of every pass are the same.
func (u *unique) add(name string) { u.addUnder(0, name, func() string { return name }) }

// addUnder is add for a name in one of several spaces of names; whole returns what
// tells it from all others.
func (u *unique) addUnder(space uint64, name string, whole func() string) {
	u.names++
	h := maphash.String(u.seed, name) ^ space*oddNumber
	if u.seen == nil {
		u.addHash(h)
	} else if _, suspect := slices.BinarySearch(u.suspects, h); suspect {
		name := whole()
		_, again := u.seen[name]
		u.seen[name] = again
	}
}

// oddNumber spreads the numbers of spaces over all bits.
const oddNumber = 0x9E3779B97F4A7C15

func (u *unique) addHash(h uint64) {
	if h%u.shares != u.share || len(u.hashes) == u.most {
		return
	}
	if n := len(u.hashes); n == cap(u.hashes) && n >= manyHashes { // growing step by step would leave as much behind
		u.hashes = append(make([]uint64, 0, u.most), u.hashes...)
	}
	u.hashes = append(u.hashes, h)
}

// pass ends a pass, and reports whether all names have to be added once more.
func (u *unique) pass() (again bool) {
	n := u.names
	u.names = 0
	if u.seen != nil {
		return false
	}
	if u.shares == 1 && n > uint64(u.most) { // shares differ in size, but hardly
		u.shares = n/uint64(u.most)*5/4 + 2
		u.hashes = u.hashes[:0]
		return true
	}
	slices.Sort(u.hashes)
	for i := 1; i < len(u.hashes); i++ {
		if u.hashes[i] == u.hashes[i-1] {
			u.suspect(u.hashes[i])
		}
	}
	u.hashes = u.hashes[:0]
	if u.share++; u.share < u.shares {
		return true
	}
	u.hashes = nil
	if len(u.suspects) == 0 {
		return false
	}
	slices.Sort(u.suspects)
	u.seen = map[string]bool{}
	return true
}

func (u *unique) suspect(h uint64) {
	switch n := len(u.suspects); {
	case n > 0 && u.suspects[n-1] == h: // a third time
	case n < maxSuspects:
		u.suspects = append(u.suspects, h)
	default:
		u.overflow = true
	}
}

// twice returns the names that occurred twice, ascending; all of them, unless there
// was an overflow.
func (u *unique) twice() (names []string) {
	for name, again := range u.seen {
		if again {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
