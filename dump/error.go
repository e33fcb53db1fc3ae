package dump

import (
	"errors"
	"fmt"
)

// The classes of errors that a dump's bytes can cause. Errors of the
// underlying reader belong to neither.
var (
	// ErrDump: the bytes are not a dump, or not the dump that was written.
	ErrDump = errors.New("corrupt dump")
	// ErrVersion: the dump says that it has a version this package cannot read.
	ErrVersion = errors.New("unsupported dump version")
)

// Error is an error in a dump with its place.
type Error struct {
	Line   int64  // 1-based
	Column int    // 1-based, in bytes
	What   string // what is wrong there
	Err    error  // ErrDump or ErrVersion
}

// Error returns "line N, column N: what: class".
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s: %v", e.Line, e.Column, e.What, e.Err)
}

// Unwrap returns the class.
func (e *Error) Unwrap() error { return e.Err }
