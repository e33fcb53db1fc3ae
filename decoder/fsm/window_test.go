package fsm

import (
	"bytes"
	"testing"

	"redrill/decoder/internal/pages"
)

// TestWindowReadsAhead: little is read for what lies scattered, much at a time
// for what follows each other, whether or not that ends where a reading did.
func TestWindowReadsAhead(t *testing.T) {
	const size, ahead = 8 << 20, 256 << 10
	file := make([]byte, size)
	for i := range file {
		file[i] = byte(i >> 3 * 7)
	}
	for _, row := range []struct {
		name    string
		n, step int64 // bytes of a reading, and from one to the next
		calls   int   // at most
		bytes   int64 // at most
	}{
		{"one after the other", 100, 100, size/ahead + 10, size + size/10},
		{"with small gaps", 100, 5000, size/ahead + 10, size + size/10},
		{"overlapping", 100, 70, size/ahead + 10, size + size/10},
		{"aligned", 64, 64, size/ahead + 10, size + size/10},
		{"far apart", 100, 1 << 20, 8, 8 * firstAhead},
		{"large ones", 1 << 20, 1 << 20, 8, size},
		{"backwards", 100, -1 << 20, 8, 8 * firstAhead},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := &countingReader{Reader: *bytes.NewReader(file)}
			w := window{r: r, size: size, ahead: ahead}
			first := int64(0)
			if row.step < 0 {
				first = size - row.n
			}
			for off := first; off >= 0 && off+row.n <= size; off += row.step {
				got, err := w.at(off, int(row.n))
				if err != nil || !bytes.Equal(got, file[off:off+row.n]) {
					t.Fatalf("at(%d, %d) = %d bytes, %v, want those of the file", off, row.n, len(got), err)
				}
			}
			if r.calls > row.calls || r.read > row.bytes {
				t.Errorf("%d readings of %d bytes, want at most %d of %d", r.calls, r.read, row.calls, row.bytes)
			}
		})
	}
}

// TestWindowEndsBeforeTheFooter: whole pages are read, but nothing behind the end
// of what may be read is given out.
func TestWindowEndsBeforeTheFooter(t *testing.T) {
	file := make([]byte, 100)
	p := pages.New(int64(len(file)))
	p.Add(file)
	p.Finish()
	w := window{r: bytes.NewReader(file), size: 96, pages: p, ahead: lookupAhead}
	if _, err := w.at(90, 6); err != nil {
		t.Fatal(err)
	}
	if b, err := w.at(95, 2); err == nil {
		t.Errorf("at(95, 2) = %v, want an error", b)
	}
}
