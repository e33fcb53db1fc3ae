package fsm

import (
	"bytes"
	"sort"
)

// block is a run of records in the file: where it begins, and which families
// it holds, so that a scan can step over blocks without a row for it.
type block struct {
	key    []byte // above every encoded key before the block, not above its first
	offset int64
	holds  families
}

// sparse is the sparse index: the blocks in order. Its memory is bounded: when
// the keys take more than the limit, neighbours are merged and blocks become
// twice as large.
type sparse struct {
	blocks     []block
	blockBytes int64
	heldBytes  int
}

// The families of a small snapshot lie in one block of the size that suits a
// large one, and each scan would read all of it. So blocks begin small, and grow
// early as long as reading one costs little more than stepping over it.
const (
	firstBlockBytes  = 1 << 10
	coarseBlockBytes = 64 << 10
	maxFineBytes     = 1 << 20 // of smaller blocks
	maxSparseBytes   = 16 << 20
	perBlockBytes    = 64 // memory of a block beside its key
)

// add notes a record at offset that may be of the given families. Of its key
// just enough is given to tell it from the record before: names can be long.
func (x *sparse) add(offset int64, key []byte, holds families) {
	n := len(x.blocks)
	if n == 0 || offset-x.blocks[n-1].offset >= x.blockBytes {
		x.blocks = append(x.blocks, block{key: bytes.Clone(key), offset: offset})
		x.heldBytes += len(key) + perBlockBytes
		if x.heldBytes > x.limit() {
			x.thin()
		}
		n = len(x.blocks)
	}
	x.blocks[n-1].holds |= holds
}

func (x *sparse) limit() int {
	if x.blockBytes < coarseBlockBytes {
		return maxFineBytes
	}
	return maxSparseBytes
}

func (x *sparse) thin() {
	kept := x.blocks[:0]
	x.heldBytes = 0
	for i, b := range x.blocks {
		if i%2 == 1 {
			kept[len(kept)-1].holds |= b.holds
			continue
		}
		kept = append(kept, b)
		x.heldBytes += len(b.key) + perBlockBytes
	}
	clear(x.blocks[len(kept):])
	x.blocks = kept
	x.blockBytes *= 2
}

// seek returns the index of the block in which the first encoded key >= key
// may lie.
func (x *sparse) seek(key []byte) int {
	after := sort.Search(len(x.blocks), func(i int) bool { return bytes.Compare(x.blocks[i].key, key) > 0 })
	return max(after-1, 0)
}
