package tree

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"syscall"
)

// input is a regular file that is being read and hashed.
type input struct {
	file   *os.File
	path   string // below the root
	size   int64  // when it was opened; no more is read
	want   [sha256.Size]byte
	hash   hash.Hash
	offset int64
}

// openInput opens name in dir, whose path below the root of the tree is path.
// What is there is looked at before and after it is opened, and opened so that a
// pipe cannot block: S1.
func openInput(dir *os.Root, name, path string, want [sha256.Size]byte) (*input, error) {
	before, err := dir.Lstat(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if err := checkRegular(path, before); err != nil {
		return nil, err
	}
	file, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	after, err := file.Stat()
	if err == nil {
		err = checkRegular(path, after)
	}
	if err == nil && !os.SameFile(before, after) {
		err = errorf(path, -1, "the file was replaced while it was opened")
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &input{file: file, path: path, size: after.Size(), want: want, hash: sha256.New()}, nil
}

// checkRegular refuses what is no regular file or has a second name.
func checkRegular(path string, info os.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errorf(path, -1, "%s where a regular file is expected", kindOf(info.Mode()))
	}
	if hardLinked(info) {
		return errorf(path, -1, "a file with several names (hard links)")
	}
	return nil
}

// Read implements [io.Reader].
func (in *input) Read(p []byte) (int, error) {
	if left := in.size - in.offset; int64(len(p)) > left {
		if left == 0 {
			return 0, io.EOF
		}
		p = p[:left]
	}
	n, err := in.file.Read(p)
	in.hash.Write(p[:n])
	in.offset += int64(n)
	if errors.Is(err, io.EOF) && in.offset < in.size {
		err = errorf(in.path, in.offset, "the file was truncated while it was read")
	} else if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("read %s: %w", in.path, err)
	}
	return n, err
}

// verify reads to the end and checks the checksum. It returns it as an error in
// preference to err, which may come of it.
func (in *input) verify(err error) error {
	if err != nil && !errors.Is(err, ErrTree) {
		return err
	}
	if _, readErr := io.Copy(io.Discard, in); readErr != nil {
		return readErr
	}
	var got [sha256.Size]byte
	if in.hash.Sum(got[:0]); got != in.want {
		return errorf(in.path, -1, "SHA-256 is %x, %s says %x", got, checksumsName, in.want)
	}
	return err
}

// rewind starts over at the first byte.
func (in *input) rewind() error {
	if _, err := in.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read %s: %w", in.path, err)
	}
	in.offset = 0
	in.hash.Reset()
	return nil
}

func (in *input) close() error {
	if err := in.file.Close(); err != nil {
		return fmt.Errorf("read %s: %w", in.path, err)
	}
	return nil
}
