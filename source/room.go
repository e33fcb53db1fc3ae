package source

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrNoRoom is the error of a disk that does not hold what would be written to it.
var ErrNoRoom = errors.New("not enough room on the disk")

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

// DumpBytes estimates how large the dump of a file becomes, at least: from its
// size and kind, without reading more than its beginning. It is 0 where nothing
// can be said. Dumps of snapshots have 6 to 62 % of the size of the snapshot: old
// versions and rows of other services are not in them.
func DumpBytes(path string) int64 {
	const shareOfSnapshot = 8
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
