package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"redrill/internal/compress"
	"redrill/internal/interrupt"
)

// maxLayers bounds how often a file may be compressed over and over.
const maxLayers = 4

// Input is a file that can be read at any place, decompressed. Reading it ends
// with an error when the context ends.
type Input struct {
	ctx  context.Context // of the command, which reading has no other way to learn of
	name string          // as shown to people
	file *os.File
	size int64

	sealed stamp  // before the first reading
	digest string // SHA-256 of a dump, once it was written or read to its end

	seen atomic.Pointer[func(bytes, of int64)] // is told of what is read; may be nil
}

// NewInput returns what file holds, size bytes; the file is closed with the
// source that is opened on it.
func NewInput(ctx context.Context, name string, file *os.File, size int64) *Input {
	return &Input{ctx: ctx, name: name, file: file, size: size}
}

// ReadAt implements [io.ReaderAt].
func (in *Input) ReadAt(p []byte, off int64) (int, error) {
	if err := in.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := in.file.ReadAt(p, off)
	if seen := in.seen.Load(); seen != nil {
		(*seen)(int64(n), in.size)
	}
	return n, err
}

// Reader returns a fresh reader of the whole input.
func (in *Input) Reader() io.Reader { return io.NewSectionReader(in, 0, in.size) }

// Open opens what path names: a file, "-" for stdin, or a directory that is a
// tree or holds snapshots. Errors name the file; those about its bytes are of
// the classes of decoder, dump, tree and compress.
func Open(ctx context.Context, path string, stdin io.Reader, opts Options) (*Opened, error) {
	if path == "-" {
		return openStream(ctx, "standard input", interruptible(ctx, stdin), opts)
	}
	if err := CheckURL(path); err != nil {
		return nil, err
	}
	if IsTree(path) {
		return OpenTree(path)
	}
	path, err := Newest(path)
	if err != nil {
		return nil, err
	}
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	o, err := openNamed(ctx, path, f, opts)
	if err == nil && o.Format == rdbName {
		o.Warning = shadow(path)
	}
	return o, err
}

// openNamed opens what an open file holds. The file is closed with the source,
// or before.
func openNamed(ctx context.Context, name string, f *os.File, opts Options) (*Opened, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if info.Mode().IsRegular() {
		head := make([]byte, headBytes)
		n, err := f.ReadAt(head, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), f.Close())
		}
		h := Head{Name: name, Bytes: head[:n]}
		if format, what := recognise(h); compress.Format(h.Bytes) == "" && !format.archive {
			return openAs(format, what, NewInput(ctx, name, f, info.Size()), h, opts)
		}
		if err := CheckRoom(os.TempDir(), info.Size()); err != nil { // What is unpacked is larger.
			return nil, errors.Join(fmt.Errorf("unpack %s: %w", name, err), f.Close())
		}
	}
	o, err := openStream(ctx, name, interruptible(ctx, f), opts)
	if closing := f.Close(); err == nil && closing != nil {
		err = errors.Join(closing, o.Close())
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// openAs opens an input as what it is, which owns its file.
func openAs(format *Format, what string, in *Input, h Head, opts Options) (*Opened, error) {
	if opts.Seen != nil {
		in.seen.Store(&opts.Seen)
	}
	if format.Open == nil && (len(h.Bytes) > 0 || !opts.NoFooter) {
		_ = in.file.Close() // Only read from.
		return nil, fmt.Errorf("%s: %w", in.name, &Foreign{what, format.Verdict, format.Hint})
	}
	open := format.Open
	if open == nil {
		open = openSnapshot // of no bytes: a store without data and without a footer
	}
	err := in.seal()
	var o *Opened
	if err == nil {
		o, err = open(in, opts)
		err = in.blame(err)
	}
	if err == nil {
		err = in.unchanged()
	}
	if err != nil {
		_ = in.file.Close() // Only read from; the first error is the one to tell.
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	o.Name, o.Format, o.in = in.name, format.Name, in
	o.close = append(o.close, in.file.Close)
	return o, nil
}

// openStream opens what r holds, decompressed as often as it takes, and closes
// r. What can be told from the first bytes is told before the rest is read.
func openStream(ctx context.Context, name string, r io.ReadCloser, opts Options) (*Opened, error) {
	defer func() { _ = r.Close() }() // Only read from.
	stored := newDigest()
	src := stored.of(contextReader{ctx, r})
	o, err := openLayers(ctx, name, src, opts)
	if err != nil {
		return nil, err
	}
	// What stands behind the end of an archive belongs to the file, too.
	if _, err := io.Copy(io.Discard, src); err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), o.Close())
	}
	o.stored = stored
	return o, nil
}

// openLayers is openStream without what is around it.
func openLayers(ctx context.Context, name string, src io.Reader, opts Options) (*Opened, error) {
	kind := "" // "gzip file of a zstd file of a "
	for layer := 0; ; layer++ {
		b := bufio.NewReaderSize(src, headBytes)
		head, err := b.Peek(headBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		compression := compress.Format(head)
		if compression == "" {
			return openPlain(ctx, name, kind, b, Head{Name: innerName(name, layer), Bytes: head}, opts)
		}
		if layer == maxLayers {
			return nil, fmt.Errorf("%s: %w", name, &Foreign{
				fmt.Sprintf("file compressed more than %d times", maxLayers), packed, "unpack it yourself"})
		}
		kind += compression + " of "
		d, err := compress.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		defer func() { _ = d.Close() }() // Says the same as its last Read.
		src = d
	}
}

// innerName is what a file of that name is called when layers of compression are
// taken off.
func innerName(name string, layers int) string {
	for range layers {
		switch ext := filepath.Ext(name); ext {
		case ".gz", ".zst", ".tgz", ".lz4":
			name = name[:len(name)-len(ext)]
		}
	}
	return name
}

// openPlain opens what r holds, which is not compressed any more.
func openPlain(ctx context.Context, name, kind string, r io.Reader, h Head, opts Options) (*Opened, error) {
	format, what := recognise(h)
	if format.archive {
		return openArchive(ctx, name, r, opts)
	}
	if format.Open == nil && (len(h.Bytes) > 0 || !opts.NoFooter) {
		return nil, fmt.Errorf("%s: %w", name, &Foreign{kind + what, format.Verdict, format.Hint})
	}
	in, err := spool(ctx, name, r)
	if err != nil {
		return nil, err
	}
	return openAs(format, what, in, h, opts)
}

// spool copies r to a temporary file without a name.
func spool(ctx context.Context, name string, r io.Reader) (*Input, error) {
	f, err := UnnamedFile("redrill-spool-*")
	if err != nil {
		return nil, fmt.Errorf("spool %s: %w", name, err)
	}
	size, err := io.Copy(f, r)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), f.Close())
	}
	return NewInput(ctx, name, f, size), nil
}

// UnnamedFile returns a temporary file whose name is already removed.
func UnnamedFile(pattern string) (*os.File, error) {
	f, err := os.CreateTemp("", pattern)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// openFile opens a file. Opening a pipe waits for somebody to write to it; the
// context ends that.
func openFile(ctx context.Context, path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeNamedPipe == 0 {
		return os.Open(path)
	}
	open := func() (*os.File, error) { return os.Open(path) } // waits for a writer
	return interrupt.Call(ctx, open, func(f *os.File) { _ = f.Close() })
}

// interruptible returns what r holds, through a pipe that breaks when the context
// ends: reading may wait for ever, and nothing else can end it.
func interruptible(ctx context.Context, r io.Reader) io.ReadCloser {
	pr, pw := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = pw.CloseWithError(context.Cause(ctx)) })
	go func() { // ends with r, or with the first read of it after the pipe broke
		defer stop()
		_, err := io.Copy(pw, r)
		_ = pw.CloseWithError(err)
	}()
	return pr
}

// contextReader ends with an error when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
