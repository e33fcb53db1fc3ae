package fsm

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// feed reads a file front to back through one buffer and hashes every byte on
// its way: all of them into SHA-256, all but a possible footer into CRC-32C.
type feed struct {
	r      io.ReaderAt
	size   int64
	pos    int64 // of the next unread byte
	buf    []byte
	have   []byte // unconsumed part of buf
	crc    uint32
	sha    hash.Hash
	crcEnd int64
	pages  *pages
}

const feedBytes = 1 << 20

func newFeed(r io.ReaderAt, size int64) *feed {
	return &feed{r: r, size: size, buf: make([]byte, max(1, min(size, feedBytes))), sha: sha256.New(), crcEnd: size - footerBytes, pages: newPages(size)}
}

// offset returns the offset of the next byte that take or skip consumes.
func (f *feed) offset() int64 { return f.pos - int64(len(f.have)) }

// left returns how many bytes the file still has.
func (f *feed) left() int64 { return f.size - f.offset() }

// peek returns the next n bytes, which must exist, without consuming them.
// They are valid until the next call.
func (f *feed) peek(n int) ([]byte, error) {
	for len(f.have) < n {
		if err := f.fill(n); err != nil {
			return nil, err
		}
	}
	return f.have[:n], nil
}

// fill reads on, keeping what is unconsumed. The caller has checked that n
// bytes are left in the file.
func (f *feed) fill(n int) error {
	if n > len(f.buf) {
		grown := make([]byte, n)
		copy(grown, f.have)
		f.buf = grown
	} else {
		copy(f.buf, f.have)
	}
	kept := len(f.have)
	want := int(min(int64(len(f.buf)-kept), f.size-f.pos))
	got, err := f.r.ReadAt(f.buf[kept:kept+want], f.pos)
	if got < want || want == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return changed(f.pos+int64(got), "the file ends here")
		}
		return fmt.Errorf("read snapshot at offset %d: %w", f.pos, err)
	}
	read := f.buf[kept : kept+want]
	f.sha.Write(read)
	f.pages.add(read)
	f.crc = crc32.Update(f.crc, castagnoli, read[:max(0, min(int64(want), f.crcEnd-f.pos))])
	f.pos += int64(want)
	f.have = f.buf[:kept+want]
	return nil
}

// skip consumes n bytes, which must exist.
func (f *feed) skip(n int64) error {
	for n > int64(len(f.have)) {
		n -= int64(len(f.have))
		f.have = nil
		if err := f.fill(1); err != nil {
			return err
		}
	}
	f.have = f.have[n:]
	return nil
}
