// Package pages binds later readings of a file to the one that checked it.
package pages

import (
	"hash/maphash"

	"redrill/decoder"
)

// Pages are the hashes of the pages of a file, taken in the one pass that read
// and checked every byte. Every later reading is of whole pages and compared
// with them: what is decoded is what was checked, whoever writes to the file
// meanwhile.
//
// The hash is maphash's, 64 bits with a random seed that never leaves the
// process: a writer cannot choose bytes with the same hash.
type Pages struct {
	size  int64 // of the file
	bytes int64 // of a page but the last
	sums  []uint64

	hash maphash.Hash // of the page under way, in the first pass
	held int64        // bytes of it
}

// A page costs 8 bytes of memory. Pages are small, so that looking up a row
// does not read much more than it needs, and larger where a file has very many.
const (
	minPageBytes = 4 << 10
	maxPages     = 1 << 20
)

// New returns the pages of a file of the size, before the first of its bytes.
func New(size int64) *Pages {
	p := &Pages{size: size, bytes: minPageBytes}
	for size/p.bytes >= maxPages {
		p.bytes *= 2
	}
	p.hash.SetSeed(maphash.MakeSeed())
	return p
}

// Add takes the next bytes of the file.
func (p *Pages) Add(b []byte) {
	for len(b) > 0 {
		n := min(int64(len(b)), p.bytes-p.held)
		_, _ = p.hash.Write(b[:n]) // never fails
		p.held += n
		b = b[n:]
		if p.held == p.bytes {
			p.Finish()
		}
	}
}

// Finish ends the page under way, if there is one.
func (p *Pages) Finish() {
	if p.held > 0 {
		p.sums = append(p.sums, p.hash.Sum64())
		p.hash.Reset()
		p.held = 0
	}
}

// Around returns the bounds of the whole pages that hold the bytes from start to
// end.
func (p *Pages) Around(start, end int64) (from, to int64) {
	from = start / p.bytes * p.bytes
	to = (end + p.bytes - 1) / p.bytes * p.bytes
	return from, min(to, p.size)
}

// Check compares whole pages, which begin at offset off, with the first pass.
func (p *Pages) Check(off int64, b []byte) error {
	for i := off / p.bytes; len(b) > 0; i++ {
		page := b[:min(int64(len(b)), p.bytes)]
		if maphash.Bytes(p.hash.Seed(), page) != p.sums[i] {
			return Changed(i*p.bytes, "the bytes from here on are not those that were checked")
		}
		b = b[len(page):]
	}
	return nil
}

// Changed returns an error of class [decoder.ErrChanged].
func Changed(offset int64, what string) error {
	return decoder.Errorf(decoder.ErrChanged, offset, "%s", what)
}
