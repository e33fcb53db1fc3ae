package restore

import (
	"errors"
	"fmt"
)

// ErrTarget is the class of every error that the server causes: it cannot be
// reached, it refuses, or it answers what a server with these keys alone would
// not. Errors of the sequence and of the context are returned as they are.
var ErrTarget = errors.New("target")

// ErrNotEmpty means that the target already holds keys. An error that unwraps
// to it also unwraps to [ErrTarget].
var ErrNotEmpty = fmt.Errorf("%w is not empty", ErrTarget)

// Each error that unwraps to one of these also unwraps to [ErrTarget]. With the
// first four nothing has been written.
var (
	// ErrLacks means that the server lacks a command that the keys need.
	ErrLacks = errors.New("the server lacks what the keys need")
	// ErrForbidden means that the user may not run a command that the keys need, or
	// not on every key.
	ErrForbidden = errors.New("this user may not run what the keys need (NOPERM)")
	// ErrReserved means that the server itself uses names of keys.
	ErrReserved = errors.New("names that the store uses itself")
	// ErrRunning means that another run of redrill writes to the server, or has
	// been killed less than a minute ago.
	ErrRunning = errors.New("another run of redrill writes to this server")
	// ErrMemory means that the server does not have enough memory.
	ErrMemory = errors.New("not enough memory on the server")
)
