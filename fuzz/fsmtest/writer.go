package fsmtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

const bufferBytes = 1 << 18

// Writer streams a file whose records come in ascending order of their encoded
// keys, in memory that does not grow. Errors are sticky. It is for one
// goroutine.
type Writer struct {
	w         io.Writer
	container Container
	buf       []byte
	previous  []byte // encoded key of the last record
	key       []byte // scratch
	crc       uint32
	bytes     int64
	started   bool
	err       error
}

// NewWriter returns a Writer and writes the wrapper and the header.
func NewWriter(w io.Writer, c Container) *Writer {
	return &Writer{w: w, container: c, buf: c.appendHeader(make([]byte, 0, bufferBytes+bufferBytes/4))}
}

// Write writes one record. The slices of r are not kept.
func (w *Writer) Write(r Record) error {
	if w.err != nil {
		return w.err
	}
	if !w.container.KeepOrder {
		w.key = r.AppendKey(w.key[:0])
		if w.started && bytes.Compare(w.key, w.previous) <= 0 {
			w.err = fmt.Errorf("write record: key %q is not above %q", w.key, w.previous)
			return w.err
		}
		w.started = true
		w.key, w.previous = w.previous, w.key
	}
	w.buf = r.Append(w.buf)
	if len(w.buf) >= bufferBytes {
		w.flush()
	}
	return w.err
}

// Bytes returns the size of the file so far.
func (w *Writer) Bytes() int64 { return w.bytes + int64(len(w.buf)) }

// Close writes the footer, unless the container has none. It does not close
// the underlying writer.
func (w *Writer) Close() error {
	w.flush()
	if w.err != nil || w.container.NoFooter {
		return w.err
	}
	w.buf = binary.BigEndian.AppendUint32(w.buf, w.crc)
	w.flush()
	return w.err
}

func (w *Writer) flush() {
	if w.err != nil {
		return
	}
	w.crc = crc32.Update(w.crc, castagnoli, w.buf)
	n, err := w.w.Write(w.buf)
	w.bytes += int64(n)
	w.buf = w.buf[:0]
	if err != nil {
		w.err = fmt.Errorf("write snapshot: %w", err)
	}
}

// Snapshot returns a file with the given records, sorted unless
// c.KeepOrder. The argument is not changed. Records with equal encoded keys
// are written both, in the order given.
func Snapshot(c Container, records ...Record) []byte {
	if !c.KeepOrder {
		records = slices.Clone(records)
		SortRecords(records)
	}
	b := c.appendHeader(nil)
	for _, r := range records {
		b = r.Append(b)
	}
	if c.NoFooter {
		return b
	}
	return AppendFooter(b)
}
