package fsm

import (
	"encoding/binary"
	"slices"
)

const suffixBytes = 8 // of an encoded key: ^commitTS, big-endian

// versions tells the newest version of each storage key while records pass by
// in the order of their encoded keys.
//
// V1: for one storage key the newest version comes first. But the encoded key
// S‖^ts of a short key S may sort between those of longer keys that begin with
// S, so versions of S need not be adjacent (docs/FORMAT.md, section 2.4).
// A version of S can follow only while S is a prefix of the current encoded
// key; those prefixes are kept, as lengths, and dropped when the prefix ends.
type versions struct {
	prev   []byte // encoded key of the last record
	common int    // length of what it has in common with the one before
	seen   []int  // ascending lengths of prefixes of prev that are storage keys seen
}

// advance moves to the next encoded key and reports whether it sorts strictly
// after the last one.
func (v *versions) advance(encoded []byte) bool {
	n := commonPrefix(v.prev, encoded)
	ascending := n < len(encoded) && (n == len(v.prev) || encoded[n] > v.prev[n])
	for len(v.seen) > 0 && v.seen[len(v.seen)-1] > n {
		v.seen = v.seen[:len(v.seen)-1]
	}
	v.prev, v.common = append(v.prev[:n], encoded[n:]...), n
	return ascending
}

// newest reports whether the record that advance moved to is the newest
// version of its storage key. It must be called at most once per record.
func (v *versions) newest() bool {
	_, seen := v.place()
	return !seen
}

// place returns the index in seen of the key that advance moved to, without its
// last eight bytes, and whether it stood there before.
func (v *versions) place() (at int, seen bool) {
	n := len(v.prev) - suffixBytes
	if at, seen = slices.BinarySearch(v.seen, n); !seen {
		v.seen = slices.Insert(v.seen, at, n)
	}
	return at, seen
}

// separator returns the shortest beginning of the encoded key that is above the
// one before it.
func (v *versions) separator() []byte { return v.prev[:min(v.common+1, len(v.prev))] }

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for i+8 <= n && binary.LittleEndian.Uint64(a[i:]) == binary.LittleEndian.Uint64(b[i:]) {
		i += 8
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
