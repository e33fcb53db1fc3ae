package source

import (
	"errors"
	"fmt"
	"os"
)

// ErrNoRoom: the disk does not hold what would be written to it.
var ErrNoRoom = errors.New("not enough room on the disk")

// CheckRoom reports whether the directory dir takes need bytes more: it is there,
// a file can be made in it, and so much is free, as far as the system says.
func CheckRoom(dir string, need int64) error {
	f, err := os.CreateTemp(dir, "redrill-room-*")
	if err != nil {
		return fmt.Errorf("the directory for temporary files: %w", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("the directory for temporary files: %w", err)
	}
	if free, ok := room(dir); ok && free < need {
		return fmt.Errorf("%s has %d MiB free, at least %d MiB are needed: %w", dir, free>>20, need>>20, ErrNoRoom)
	}
	return nil
}
