package rdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"redrill/decoder"
	"redrill/decoder/internal/pages"
)

// reader reads a file front to back through one buffer, and may jump. In the first
// pass every byte goes to seen on its way; later passes compare whole pages with
// what that pass has checked. It never allocates more than the file holds.
type reader struct {
	r     io.ReaderAt
	size  int64 // of what may be read
	step  int   // bytes to read at once
	pages *pages.Pages
	seen  func([]byte) // nil after the first pass

	passed func([]byte) // takes what the first pass has consumed; see tell
	told   int          // index in buf up to which it did

	buf  []byte
	off  int64 // file offset of buf[0]
	next int   // index in buf of the next byte

	text  [24]byte // of an integer
	plain []byte   // of a compressed string
	lzf   LZF      // strings that were skipped
}

// readStep is what a pass over the whole file reads at once; keptBytes is the
// largest buffer that is kept for that.
const (
	readStep  = 256 << 10
	keptBytes = 4 << 20
)

// pos returns the offset of the next byte.
func (r *reader) pos() int64 { return r.off + int64(r.next) }

// left returns how many bytes follow.
func (r *reader) left() int64 { return r.size - r.pos() }

// bytes returns the next n bytes, valid until the next call.
func (r *reader) bytes(n int) ([]byte, error) {
	if n > len(r.buf)-r.next {
		if err := r.fill(n); err != nil {
			return nil, err
		}
	}
	b := r.buf[r.next : r.next+n : r.next+n]
	r.next += n
	return b, nil
}

// byte returns the next byte.
func (r *reader) byte() (byte, error) {
	if r.next == len(r.buf) {
		if err := r.fill(1); err != nil {
			return 0, err
		}
	}
	c := r.buf[r.next]
	r.next++
	return c, nil
}

// fill makes room for n bytes and reads them, with what may be asked for next.
func (r *reader) fill(n int) error {
	if int64(n) > r.left() {
		return decoder.Errorf(decoder.ErrCorrupt, r.pos(), "truncated: %d bytes wanted, %d are left", n, r.left())
	}
	r.tell()
	start, held := r.pos(), len(r.buf)-r.next
	from := start + int64(held)
	to := min(max(start+int64(n), from+int64(r.step)), r.size)
	if r.seen == nil { // what is held ends with a page
		from, to = r.pages.Around(from, to)
	}
	buf, want := r.buf, held+int(to-from)
	if cap(buf) < want || cap(buf) > keptBytes && want <= keptBytes {
		buf = make([]byte, want)
	}
	copy(buf[:held], r.buf[r.next:])
	r.buf, r.off = buf[:want], from-int64(held)
	r.next = int(start - r.off)
	r.told = r.next
	return r.read(r.buf[held:], from)
}

// tell gives passed what was consumed since it was told last.
func (r *reader) tell() {
	if r.passed != nil && r.next > r.told {
		r.passed(r.buf[r.told:r.next])
		r.told = r.next
	}
}

func (r *reader) read(b []byte, off int64) error {
	got, err := r.r.ReadAt(b, off)
	if got < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			return pages.Changed(off+int64(got), "the file ends here")
		}
		return fmt.Errorf("read snapshot at offset %d: %w", off+int64(got), err)
	}
	if r.seen != nil {
		r.seen(b)
		return nil
	}
	return r.pages.Check(off, b)
}

// skip passes n bytes. In the first pass they are read all the same.
func (r *reader) skip(n int64) error {
	if n > r.left() || n < 0 {
		return decoder.Errorf(decoder.ErrCorrupt, r.pos(), "truncated: %d bytes wanted, %d are left", uint64(n), r.left())
	}
	if ahead := int64(len(r.buf) - r.next); n <= ahead {
		r.next += int(n)
		return nil
	}
	if r.seen == nil {
		r.seek(r.pos() + n)
		return nil
	}
	for n > 0 {
		if r.next == len(r.buf) {
			if err := r.fill(1); err != nil {
				return err
			}
		}
		m := min(n, int64(len(r.buf)-r.next))
		r.next += int(m)
		n -= m
	}
	return nil
}

// seek goes to an offset of a file that was checked.
func (r *reader) seek(off int64) {
	if at := off - r.off; at >= 0 && at <= int64(len(r.buf)) {
		r.next = int(at)
		return
	}
	r.buf, r.off, r.next = r.buf[:0], off, 0
}

// at returns another reader of a file that was checked, at an offset.
func (r *reader) at(off int64, step int) *reader {
	return &reader{r: r.r, size: r.size, step: step, pages: r.pages, off: off}
}

func (r *reader) u32() (uint32, error) {
	b, err := r.bytes(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

func (r *reader) u64() (uint64, error) {
	b, err := r.bytes(8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (r *reader) i64() (int64, error) {
	n, err := r.u64()
	return int64(n), err
}
