package dump

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

const (
	readBytes   = 64 << 10 // first size of the buffer
	retainBytes = 8 << 20  // a buffer that grew larger is not kept
)

// lines cuts a stream into lines and hashes what it has passed, in large
// pieces. The buffer grows with the data that arrives, up to the limit.
//
//	buf: │ passed, hashed │ passed, not hashed │ current line │ read ahead │ free │
//	     0                hashed               line           start        end
type lines struct {
	r     io.Reader
	hash  hash.Hash
	limit int

	buf                      []byte
	hashed, line, start, end int
	n                        int64 // number of the current line, 1-based
	err                      error // of r, io.EOF included
}

func newLines(r io.Reader, limit int) *lines {
	return &lines{r: r, hash: sha256.New(), limit: limit, buf: make([]byte, min(readBytes, limit+1))}
}

// next returns the next line without its line feed, or io.EOF after the last.
// The line is borrowed until the next call.
func (l *lines) next() ([]byte, error) {
	l.line = l.start
	l.n++
	for seen := 0; ; {
		if i := bytes.IndexByte(l.buf[l.start+seen:l.end], '\n'); i >= 0 {
			line := l.buf[l.start : l.start+seen+i]
			if len(line) > l.limit {
				return nil, l.tooLong()
			}
			l.start += len(line) + 1
			return line, nil
		}
		seen = l.end - l.start
		switch {
		case seen > l.limit:
			return nil, l.tooLong()
		case errors.Is(l.err, io.EOF) && seen == 0:
			return nil, io.EOF
		case errors.Is(l.err, io.EOF):
			return nil, l.errorf(seen, "the line is truncated: want a line feed")
		case l.err != nil:
			return nil, fmt.Errorf("line %d: read dump: %w", l.n, l.err)
		}
		l.fill()
	}
}

// fill reads more behind what is there, after making room for it.
func (l *lines) fill() {
	if l.end == len(l.buf) {
		l.hashTo(l.line)
		buf := l.buf
		switch pending := l.end - l.line; {
		case pending > len(buf)/2:
			buf = make([]byte, 2*len(buf))
		case len(buf) > retainBytes && pending <= readBytes/2:
			buf = make([]byte, readBytes)
		}
		l.end = copy(buf, l.buf[l.line:l.end])
		l.buf, l.hashed, l.line, l.start = buf, 0, 0, 0
	}
	for tries := 0; tries < 100; tries++ {
		n, err := l.r.Read(l.buf[l.end:])
		if n < 0 || n > len(l.buf)-l.end {
			err, n = errors.New("reader returned an invalid count"), 0
		}
		l.end += n
		l.err = err
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// hashTo hashes the bytes up to offset end of the buffer.
func (l *lines) hashTo(end int) {
	l.hash.Write(l.buf[l.hashed:end])
	l.hashed = end
}

// sum returns the SHA-256 of everything before the current line.
func (l *lines) sum() []byte {
	l.hashTo(l.line)
	return l.hash.Sum(nil)
}

func (l *lines) tooLong() error {
	return l.errorf(l.limit, "the line is longer than %d bytes", l.limit)
}

// errorf returns an error at index at of the current line.
func (l *lines) errorf(at int, format string, args ...any) error {
	return &Error{Line: l.n, Column: at + 1, What: fmt.Sprintf(format, args...), Err: ErrDump}
}
