package restore

import "errors"

// ErrTarget is the class of every error that the server causes: it cannot be
// reached, it refuses, or it answers what a server with these keys alone would
// not. Errors of the sequence and of the context are returned as they are.
var ErrTarget = errors.New("target")

// ErrNotEmpty means that the target already holds keys. An error that unwraps
// to it also unwraps to [ErrTarget].
var ErrNotEmpty = errors.New("target is not empty")
