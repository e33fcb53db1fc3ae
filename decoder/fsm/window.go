package fsm

import (
	"errors"
	"fmt"
	"io"

	"redrill/decoder"
	"redrill/decoder/internal/pages"
)

// firstAhead is what a window reads first, unless more is asked for.
const firstAhead = 4 << 10

// keptWindowBytes is the largest buffer a window keeps between reads.
const keptWindowBytes = 1 << 20

// window is a movable buffered view of a file. It never allocates more than
// the file holds.
type window struct {
	r     io.ReaderAt
	size  int64        // of what may be read
	pages *pages.Pages // of the whole file; nil before they are known
	ahead int          // bytes to read at once, at most
	step  int          // bytes to read next
	buf   []byte
	off   int64 // file offset of buf[0]
}

// at returns the n bytes at offset off, valid until the next call.
func (w *window) at(off int64, n int) ([]byte, error) {
	if start := off - w.off; start >= 0 && start+int64(n) <= int64(len(w.buf)) {
		return w.buf[start : start+int64(n) : start+int64(n)], nil
	}
	if off < 0 || int64(n) > w.size-off {
		return nil, decoder.Errorf(decoder.ErrCorrupt, off, "truncated: %d bytes wanted", n)
	}
	return w.fill(off, n)
}

// fill reads n bytes and what may be asked for next: twice as much as the time
// before while one reading follows the other, little after a jump. What is asked
// for may begin in the buffer and end behind it.
func (w *window) fill(off int64, n int) ([]byte, error) {
	if beyond := off - w.off - int64(len(w.buf)); off < w.off || beyond > int64(w.step) {
		w.step = min(firstAhead, w.ahead)
	} else {
		w.step = min(max(2*w.step, firstAhead), w.ahead)
	}
	start, end := off, off+min(int64(max(n, w.step)), w.size-off)
	if w.pages != nil {
		start, end = w.pages.Around(start, end)
	}
	want := int(end - start)
	if cap(w.buf) < want || (cap(w.buf) > keptWindowBytes && want <= keptWindowBytes) {
		w.buf = make([]byte, want)
	}
	w.buf, w.off = w.buf[:want], start
	if err := w.read(); err != nil {
		w.buf = w.buf[:0]
		return nil, err
	}
	w.buf = w.buf[:min(int64(want), w.size-start)]
	return w.buf[off-start : off-start+int64(n) : off-start+int64(n)], nil
}

// read fills the buffer, and knows what is in it for what was checked.
func (w *window) read() error {
	if got, err := w.r.ReadAt(w.buf, w.off); got < len(w.buf) {
		if err == nil || errors.Is(err, io.EOF) {
			return pages.Changed(w.off+int64(got), "the file ends here")
		}
		return fmt.Errorf("read snapshot at offset %d: %w", w.off, err)
	}
	if w.pages == nil {
		return nil
	}
	return w.pages.Check(w.off, w.buf)
}
