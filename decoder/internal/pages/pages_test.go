package pages

import (
	"errors"
	"math/rand/v2"
	"testing"

	"redrill/decoder"
)

// TestPages: every page is held to its hash, however the bytes arrived and
// wherever the file ends.
func TestPages(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	for _, size := range []int{0, 1, minPageBytes - 1, minPageBytes, minPageBytes + 1, 3*minPageBytes + 7} {
		file := make([]byte, size)
		_, _ = random.Read(file)
		p := New(int64(size))
		for rest := file; len(rest) > 0; {
			n := min(len(rest), 1+int(random.Uint64()%5000))
			p.Add(rest[:n])
			rest = rest[n:]
		}
		p.Finish()
		if want := (size + minPageBytes - 1) / minPageBytes; len(p.sums) != want {
			t.Errorf("size %d: %d pages, want %d", size, len(p.sums), want)
		}
		if err := p.Check(0, file); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
		for at := 0; at < size; at += 401 {
			from, to := p.Around(int64(at), int64(at)+1)
			if err := p.Check(from, file[from:to]); err != nil {
				t.Errorf("size %d, page of %d: %v", size, at, err)
			}
			file[at] ^= 1
			if err := p.Check(from, file[from:to]); !errors.Is(err, decoder.ErrChanged) {
				t.Errorf("size %d, byte %d: %v", size, at, err)
			}
			file[at] ^= 1
		}
	}
}

// TestPagesOfLargeFiles: the hashes take bounded memory.
func TestPagesOfLargeFiles(t *testing.T) {
	for _, size := range []int64{1 << 32, 1<<32 - 1, 1 << 40, 1<<62 + 3} {
		p := New(size)
		if n := (size-1)/p.bytes + 1; n > maxPages || size > 1<<32 && n < maxPages/2 {
			t.Errorf("size %d: %d pages", size, n)
		}
	}
}
