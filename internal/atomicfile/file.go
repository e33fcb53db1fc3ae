package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// File is a file that appears under its name only when it is complete. Until
// [File.Commit] the bytes are in a temporary file beside it, ".NAME.tmp-*" with
// mode 0600, which Commit keeps. It is not safe for concurrent use.
type File struct {
	path string
	tmp  *os.File       // nil after Commit or Abort
	enc  io.WriteCloser // nil when the file is not compressed
	err  error          // the first error of Write
}

// Create starts the file path. What is written to it is compressed when the
// name ends in .gz or .zst. A file of that name is replaced by Commit, of a
// symbolic link the file that it leads to; anything else of that name (a
// directory, a device, a pipe) is refused.
func Create(path string) (*File, error) {
	named := path
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("create %s: not a regular file", path)
	}
	if _, err := os.Lstat(path); err == nil {
		// The name decides about compression, the file is written where it is.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, fmt.Errorf("create %s: %w", named, err)
		}
	}
	dir, name := filepath.Split(path)
	if name == "" {
		return nil, fmt.Errorf("create %q: no file name", path)
	}
	if dir == "" {
		dir = "." // not the directory for temporary files
	}
	tmp, err := os.CreateTemp(dir, "."+name+".tmp-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	f := &File{path: path, tmp: tmp}
	switch {
	case strings.HasSuffix(named, ".gz"):
		f.enc = gzip.NewWriter(tmp)
	case strings.HasSuffix(named, ".zst"):
		// One at a time, so that the same bytes compress to the same bytes.
		f.enc, err = zstd.NewWriter(tmp, zstd.WithEncoderConcurrency(1))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create %s: %w", path, err), f.Abort())
	}
	return f, nil
}

// Compressed reports whether what is written to the file path is compressed.
func Compressed(path string) bool {
	return strings.HasSuffix(path, ".gz") || strings.HasSuffix(path, ".zst")
}

// Write implements [io.Writer]. After an error the file cannot be committed.
func (f *File) Write(p []byte) (int, error) {
	if f.tmp == nil {
		return 0, fmt.Errorf("write %s: %w", f.path, os.ErrClosed)
	}
	if f.err != nil {
		return 0, f.err
	}
	w := f.enc
	if w == nil {
		w = f.tmp
	}
	n, err := w.Write(p)
	if err != nil {
		f.err = fmt.Errorf("write %s: %w", f.path, err)
	}
	return n, f.err
}

// Commit completes the file on disk and gives it its name. When it fails before
// the file has its name, nothing of the file is left and a file that had the
// name is as it was; a failure after that says that the name may not survive a
// crash of the machine.
func (f *File) Commit() error {
	if f.tmp == nil {
		return fmt.Errorf("commit %s: %w", f.path, os.ErrClosed)
	}
	if err := f.complete(); err != nil {
		return errors.Join(err, f.Abort())
	}
	tmp := f.tmp.Name()
	f.tmp = nil
	if err := os.Rename(tmp, f.path); err != nil {
		return errors.Join(fmt.Errorf("commit %s: %w", f.path, err), os.Remove(tmp))
	}
	if err := syncDir(filepath.Dir(f.path)); err != nil {
		return fmt.Errorf("commit %s: sync its directory: %w", f.path, err)
	}
	return nil
}

// complete writes everything out and closes the temporary file, unless it fails.
func (f *File) complete() error {
	if f.err != nil {
		return f.err
	}
	if f.enc != nil {
		if err := f.enc.Close(); err != nil {
			return fmt.Errorf("commit %s: %w", f.path, err)
		}
	}
	if err := f.tmp.Sync(); err != nil {
		return fmt.Errorf("commit %s: %w", f.path, err)
	}
	if err := f.tmp.Close(); err != nil {
		return fmt.Errorf("commit %s: %w", f.path, err)
	}
	return nil
}

// Abort removes what was written. After Commit or Abort it does nothing, so it
// can be deferred.
func (f *File) Abort() error {
	if f.tmp == nil {
		return nil
	}
	tmp := f.tmp
	f.tmp = nil
	err := tmp.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	if err = errors.Join(err, os.Remove(tmp.Name())); err != nil {
		return fmt.Errorf("abort %s: %w", f.path, err)
	}
	return nil
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
