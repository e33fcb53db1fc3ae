package tree

import (
	"errors"
	"fmt"
)

// ErrTree is the class of errors that a tree causes: it is damaged, unfinished,
// of a version that cannot be read, or unsafe to read. Errors of the operating
// system do not belong to it.
var ErrTree = errors.New("corrupt or unsafe dump directory")

// Error is an error in a tree with its place.
type Error struct {
	Path   string // of the file or directory, below the root, with slashes; "." is the root
	Offset int64  // in the file, in bytes; -1 when it is not about one place
	What   string // what is wrong there
}

// Error returns "path: offset N: what: class".
func (e *Error) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %s: %v", printable(e.Path), e.What, ErrTree)
	}
	return fmt.Sprintf("%s: offset %d: %s: %v", printable(e.Path), e.Offset, e.What, ErrTree)
}

// Unwrap returns the class.
func (e *Error) Unwrap() error { return ErrTree }

func errorf(path string, offset int64, format string, args ...any) *Error {
	return &Error{Path: path, Offset: offset, What: fmt.Sprintf(format, args...)}
}

// printable quotes a path that would garble a terminal.
func printable(path string) string {
	if q := fmt.Sprintf("%+q", path); q[1:len(q)-1] != path {
		return q
	}
	return path
}

// clip shortens text of the input for a message.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
