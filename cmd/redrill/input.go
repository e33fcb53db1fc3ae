package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"redrill/internal/compress"
)

// input is a file that was named on the command line, decompressed: a path,
// "-" for standard input, or a directory for its newest snapshot. Compressed
// and streamed inputs are spooled to an unnamed temporary file. Reading it ends
// with an error when the context ends.
type input struct {
	ctx  context.Context // of the command, which reading has no other way to learn of
	name string          // as shown to people
	file *os.File
	size int64

	sealed stamp  // before the first reading
	digest string // SHA-256 of a dump, once it was written or read to its end
}

// serverSchemes are those of targets.
var serverSchemes = []string{"redis", "rediss", "unix"}

// openInput opens the input that path names.
func (a *app) openInput(ctx context.Context, path string) (*input, error) {
	if path == "-" {
		return spoolInput(ctx, "standard input", a.stdin)
	}
	if err := refuseURL(path); err != nil {
		return nil, err
	}
	path, err := newestInDirectory(path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return fileInput(ctx, path, f)
}

// fileInput returns what an open file holds, decompressed. The file is closed
// with the input, or on error.
func fileInput(ctx context.Context, path string, f *os.File) (*input, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	plain, err := isPlain(f, info)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if plain {
		return &input{ctx: ctx, name: path, file: f, size: info.Size()}, nil
	}
	in, err := spoolInput(ctx, path, f)
	return in, errors.Join(err, f.Close())
}

// ReadAt implements io.ReaderAt.
func (in *input) ReadAt(p []byte, off int64) (int, error) {
	if err := in.ctx.Err(); err != nil {
		return 0, err
	}
	return in.file.ReadAt(p, off)
}

func (in *input) close() error { return in.file.Close() }

// reader returns a fresh reader of the whole input.
func (in *input) reader() io.Reader { return io.NewSectionReader(in, 0, in.size) }

// isPlain reports whether f can be read in place: a regular file that is not
// compressed.
func isPlain(f *os.File, info os.FileInfo) (bool, error) {
	if !info.Mode().IsRegular() {
		return false, nil
	}
	head := make([]byte, 4)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	head = head[:n]
	gzip, zstd := []byte{0x1f, 0x8b}, []byte{0x28, 0xb5, 0x2f, 0xfd}
	return !bytes.HasPrefix(head, gzip) && !bytes.HasPrefix(head, zstd), nil
}

// spoolInput copies r, decompressed, to a temporary file that has no name any
// more when this returns: it is gone however the process ends.
func spoolInput(ctx context.Context, name string, r io.Reader) (in *input, err error) {
	f, err := unnamedFile("redrill-spool-*")
	if err != nil {
		return nil, fmt.Errorf("spool %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	src := interruptible(ctx, r)
	defer func() { _ = src.Close() }() // Always nil.
	d, err := compress.NewReader(contextReader{ctx, src})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	size, err := io.Copy(f, d)
	if closing := d.Close(); err == nil { // says the same again
		err = closing
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return &input{ctx: ctx, name: name, file: f, size: size}, nil
}

// interruptible returns what r holds, through a pipe that breaks when the context
// ends: reading standard input may wait for ever, and nothing else can end it.
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

// newestInDirectory returns the newest snapshot in a directory: nodes name
// them by raft index, in 16 hexadecimal digits. Other paths are returned as
// they are.
func newestInDirectory(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", err
	}
	newest, index := "", uint64(0)
	for _, e := range entries {
		n, ok := snapshotIndex(e.Name())
		if ok && (newest == "" || n >= index) {
			newest, index = e.Name(), n
		}
	}
	if newest == "" {
		return "", usagef("%s: no snapshot in this directory (16 hexadecimal digits and .fsm)", path)
	}
	return filepath.Join(path, newest), nil
}

func snapshotIndex(name string) (uint64, bool) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	digits, ok := strings.CutSuffix(name, ".fsm")
	if !ok || len(digits) != 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, err == nil
}
