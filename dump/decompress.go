package dump

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindowBytes bounds the memory of a Zstandard decoder: the largest window
// that the zstd command writes without --ultra or --long=28 and above.
const maxWindowBytes = 128 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// OpenFile opens the file path for reading and decompresses it like [Decompress].
func OpenFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open dump: %w", err)
	}
	r, err := Decompress(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open dump %s: %w", path, err), f.Close())
	}
	return &closers{Reader: r, close: []func() error{r.Close, f.Close}}, nil
}

// Decompress returns what r holds, decompressed when it starts as a gzip or
// Zstandard file, whatever it is called; no dump starts like that. Closing the
// result frees the decoder and does not close r. Errors about compressed bytes
// unwrap to [ErrDump], errors of r are passed on. Memory is bounded: 128 MiB for
// Zstandard windows.
func Decompress(r io.Reader) (io.ReadCloser, error) {
	in := &input{r: r}
	br := bufio.NewReaderSize(in, 64<<10)
	magic, err := br.Peek(len(zstdMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		d, err := gzip.NewReader(br)
		if err != nil {
			return nil, in.classify("gzip", err)
		}
		return &closers{&decompressed{d, in, "gzip"}, []func() error{d.Close}}, nil
	case bytes.HasPrefix(magic, zstdMagic):
		d, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(maxWindowBytes), zstd.WithDecoderMaxWindow(maxWindowBytes))
		if err != nil {
			return nil, in.classify("zstd", err)
		}
		free := func() error { d.Close(); return nil }
		return &closers{&decompressed{d, in, "zstd"}, []func() error{free}}, nil
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
	return &compressionError{format, err}
}

// compressionError is an error of the class [ErrDump] about compressed bytes,
// which may be anything, also a snapshot, when they are not compressed any more.
type compressionError struct {
	format string
	err    error
}

func (e *compressionError) Error() string {
	return fmt.Sprintf("decompress %s: %v: corrupt compressed file", e.format, e.err)
}

func (e *compressionError) Unwrap() []error { return []error{e.err, ErrDump} }

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
