package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNoRoom is the error of a disk that does not hold what would be written to it.
var ErrNoRoom = errors.New("not enough space on the disk")

// CheckRoom reports whether the directory dir takes need bytes more: it is there,
// a file can be made in it, and so much is free, as far as the system says.
func CheckRoom(dir string, need int64) error {
	f, err := os.CreateTemp(dir, "redrill-room-*")
	if err != nil {
		return fmt.Errorf("make a file in %s: %w", dir, err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("make a file in %s: %w", dir, err)
	}
	if free, ok := room(dir); ok && free < need {
		return fmt.Errorf("%s has %d MiB free, at least %d MiB are needed: %w", dir, free>>20, need>>20, ErrNoRoom)
	}
	return nil
}

// DumpBytes estimates how large the dump of a file or a tree becomes, at least:
// from its size and kind, without reading more than its beginning. It is 0 where
// nothing can be said. Dumps of snapshots have 6 to 62 % of the size of the
// snapshot: old versions and rows of other services are not in them. Those of trees
// have a sixth and more: an element of a tree has up to 50 bytes around it.
func DumpBytes(path string) int64 {
	const shareOfSnapshot, shareOfTree = 20, 8
	if IsTree(path) {
		return treeBytes(path) / shareOfTree
	}
	path, err := Newest(path)
	if err != nil || path == "-" {
		return 0
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // Opening a pipe would wait.
		return 0
	}
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }() // Only read from.
	head := make([]byte, headBytes)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	h := Head{Name: path, Bytes: head[:n]}
	if _, ok := isDump(h); ok {
		return info.Size()
	}
	return info.Size() / shareOfSnapshot
}

// treeBytes returns the size of all files of a tree that hold keys, as far as they
// can be looked at.
func treeBytes(path string) (bytes int64) {
	_ = filepath.WalkDir(filepath.Join(path, "redis"), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // Opening the tree tells what is wrong with it.
		}
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
