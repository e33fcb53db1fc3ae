package compress

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// MaxWindowBytes bounds the memory of a Zstandard decoder: the largest window
// that the zstd command writes without --ultra or --long=28 and above.
const MaxWindowBytes = 128 << 20

// The classes of errors about compressed bytes.
var (
	// ErrCorrupt: the bytes are no file of the format that they begin as.
	ErrCorrupt = errors.New("corrupt compressed file")
	// ErrLimit: the file is sound as far as is known, but takes more memory to
	// decompress than is allowed.
	ErrLimit = errors.New("limit exceeded")
)

// formats are the compression formats that are read.
var formats = [...]struct {
	name  string
	match func(head []byte) bool
	open  func(*bufio.Reader) (io.ReadCloser, error)
}{
	{"gzip", func(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }, openGzip},
	{"zstd", isZstd, openZstd},
	{"lz4", func(head []byte) bool { return bytes.HasPrefix(head, []byte{0x04, 0x22, 0x4d, 0x18}) }, openLZ4},
	{Envelope, func(head []byte) bool { return bytes.HasPrefix(head, []byte(envelopeHead)) }, openEnvelope},
}

// Envelope is the format in which Valkey 9.2 saves a file with rdbcompression lz4.
const Envelope = "lz4 envelope of Valkey"

// envelopeHead is what stands before the LZ4 frame: the magic, version 1, codec 1 (LZ4),
// a reserved byte, kind 1 (RDB) (SPEC-RDB 1.6).
const envelopeHead = "VCS\x01\x01\x00\x01"

// HeadBytes is how much of a file [Format] looks at.
const HeadBytes = len(envelopeHead)

// Format returns the name of the format of a file that begins with head, gzip, zstd,
// lz4 or [Envelope], or "" for every other file.
func Format(head []byte) string {
	for _, f := range formats {
		if f.match(head) {
			return f.name
		}
	}
	return ""
}

// isZstd takes a frame, and a skippable one, with which parallel writers begin.
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	magic := binary.LittleEndian.Uint32(head)
	return magic == 0xfd2fb528 || magic&^0xf == 0x184d2a50
}

func openGzip(r *bufio.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

func openZstd(r *bufio.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(MaxWindowBytes), zstd.WithDecoderMaxWindow(MaxWindowBytes))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// openLZ4 takes blocks of up to 4 MiB; legacy frames have another magic. The library
// takes a frame that is cut between two blocks for one that ends there. Every content
// that redrill reads says itself where it ends.
func openLZ4(r *bufio.Reader) (io.ReadCloser, error) { return io.NopCloser(lz4.NewReader(r)), nil }

func openEnvelope(r *bufio.Reader) (io.ReadCloser, error) {
	if _, err := r.Discard(len(envelopeHead)); err != nil {
		return nil, err
	}
	return io.NopCloser(&enveloped{r: lz4.NewReader(r)}), nil
}

// enveloped ends behind the frame: a server ignores what follows.
type enveloped struct {
	r    *lz4.Reader
	some bool
}

// Read implements [io.Reader].
func (e *enveloped) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.some = e.some || n > 0
	if e.some && errors.Is(err, lz4.ErrInvalidFrame) { // no other frame begins there
		err = io.EOF
	}
	return n, err
}

// OpenFile opens the file path for reading and decompresses it like [NewReader].
func OpenFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), f.Close())
	}
	return &closers{Reader: r, close: []func() error{r.Close, f.Close}}, nil
}

// NewReader returns what r holds, decompressed when it starts as a gzip or
// Zstandard file, whatever it is called; nothing that redrill reads starts like
// that. Closing the result frees the decoder and does not close r. Errors about
// compressed bytes unwrap to [ErrCorrupt] or [ErrLimit], errors of r are passed
// on. Memory is bounded: [MaxWindowBytes] for Zstandard windows.
func NewReader(r io.Reader) (io.ReadCloser, error) {
	in := &input{r: r}
	br := bufio.NewReaderSize(in, 64<<10)
	head, err := br.Peek(HeadBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, f := range formats {
		if !f.match(head) {
			continue
		}
		d, err := f.open(br)
		if err != nil {
			return nil, in.classify(f.name, err)
		}
		return &closers{&decompressed{d, in, f.name}, []func() error{d.Close}}, nil
	}
	return io.NopCloser(br), nil
}

// input remembers the error of a reader, to tell it from errors about its bytes.
type input struct {
	r   io.Reader
	err error
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		in.err = err
	}
	return n, err
}

func (in *input) classify(format string, err error) error {
	if in.err != nil {
		return in.err
	}
	class := ErrCorrupt
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		class = ErrLimit
		err = fmt.Errorf("its window is larger than %d MiB", MaxWindowBytes>>20)
	}
	return &formatError{format, err, class}
}

// formatError is an error of a class about compressed bytes.
type formatError struct {
	format string
	err    error
	class  error
}

func (e *formatError) Error() string {
	return fmt.Sprintf("decompress %s: %v: %v", e.format, e.err, e.class)
}

func (e *formatError) Unwrap() []error { return []error{e.err, e.class} }

// decompressed gives the errors of a decoder their class.
type decompressed struct {
	r      io.Reader
	in     *input
	format string
}

func (d *decompressed) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // decoders return io.EOF itself at the end
		err = d.in.classify(d.format, err)
	}
	return n, err
}

// closers is a reader that is closed in steps.
type closers struct {
	io.Reader
	close []func() error
}

func (c *closers) Close() error {
	var errs []error
	for _, f := range c.close {
		errs = append(errs, f())
	}
	c.close = nil
	return errors.Join(errs...)
}
