package main

import (
	"fmt"
	"runtime/debug"
)

// bugHint is the next step after an error of redrill itself.
const bugHint = "this is a bug in redrill, and nothing was proved; report it to its maintainers with the text below, and the file if you may share it"

// internalError is a panic: a mistake in redrill. Its status is that of a run that
// could not tell, which is what an internal error leaves of any run.
type internalError struct {
	value any
	stack []byte
}

func (e *internalError) Error() string { return fmt.Sprintf("internal error: %v", e.value) }

// Hint returns the next step.
func (e *internalError) Hint() string { return bugHint }

// guard runs f and returns a panic as an error. Those of the goroutines of a stage
// have come to its caller, see internal/crash. What Go ends a process with beyond
// panics (memory that is not there, a map written by two) no program can keep.
func guard(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &internalError{value, debug.Stack()}
		}
	}()
	return f()
}
