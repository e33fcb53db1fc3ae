package decoder

import (
	"errors"
	"fmt"
)

// The classes of decoding errors. Every error that is caused by bytes unwraps
// to exactly one of them.
var (
	// ErrCorrupt: the bytes break the format; the backup is damaged.
	ErrCorrupt = errors.New("corrupt snapshot")
	// ErrUnsupported: the bytes are of a known kind that cannot be decoded here.
	ErrUnsupported = errors.New("unsupported snapshot")
	// ErrLimit: a length in the file exceeds what the format allows.
	ErrLimit = errors.New("limit exceeded")
	// ErrChanged: a later reading met other bytes than the one that checked them.
	ErrChanged = errors.New("the file was changed while it was read")
)

// Error is a decoding error with its place.
type Error struct {
	Offset int64  // in the uncompressed input
	What   string // what was being read and what is wrong with it
	Err    error  // a class, or an error that unwraps to one
}

// Errorf returns an [Error] of the given class.
func Errorf(class error, offset int64, format string, args ...any) *Error {
	return &Error{Offset: offset, What: fmt.Sprintf(format, args...), Err: class}
}

// Error returns "offset N: what: class".
func (e *Error) Error() string {
	return fmt.Sprintf("offset %d: %s: %v", e.Offset, e.What, e.Err)
}

// Unwrap returns the class.
func (e *Error) Unwrap() error { return e.Err }
