package fsm

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"redrill/decoder/internal/pages"
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
	pages  *pages.Pages
}

const feedBytes = 1 << 20

func newFeed(r io.ReaderAt, size int64) *feed {
	return &feed{r: r, size: size, buf: make([]byte, max(1, min(size, feedBytes))), sha: sha256.New(), crcEnd: size - footerBytes, pages: pages.New(size)}
}

// at returns the n bytes at offset off, which must exist and not lie before those
// of the last call. They are valid until the next call.
func (f *feed) at(off int64, n int) ([]byte, error) {
	if err := f.skipTo(off); err != nil {
		return nil, err
	}
	for len(f.have) < n {
		if err := f.fill(n); err != nil {
			return nil, err
		}
	}
	return f.have[:n], nil
}

// skipTo consumes all bytes before off, which must exist.
func (f *feed) skipTo(off int64) error {
	for off > f.pos {
		f.have = nil
		if err := f.fill(1); err != nil {
			return err
		}
	}
	f.have = f.have[int64(len(f.have))-(f.pos-off):]
	return nil
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
			return pages.Changed(f.pos+int64(got), "the file ends here")
		}
		return fmt.Errorf("read snapshot at offset %d: %w", f.pos, err)
	}
	read := f.buf[kept : kept+want]
	f.sha.Write(read)
	f.pages.Add(read)
	f.crc = crc32.Update(f.crc, castagnoli, read[:max(0, min(int64(want), f.crcEnd-f.pos))])
	f.pos += int64(want)
	f.have = f.buf[:kept+want]
	return nil
}
