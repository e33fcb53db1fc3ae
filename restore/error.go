package restore

import "errors"

// ErrTarget is the class of every error that the server causes: it cannot be
// reached, it refuses, or it answers what a server with these keys alone would
// not. Errors of the sequence and of the context are returned as they are.
var ErrTarget = errors.New("target")

// ErrNotEmpty means that the target already holds keys. An error that unwraps
// to it also unwraps to [ErrTarget].
var ErrNotEmpty = errors.New("target is not empty")

// Each error that unwraps to one of these also unwraps to [ErrTarget]. With the
// first three nothing has been written.
var (
	// ErrLacks means that the server lacks a command that the keys need, or that
	// the user may not use it.
	ErrLacks = errors.New("the server lacks what the keys need")
	// ErrReserved means that the server itself uses names of keys.
	ErrReserved = errors.New("names that the store uses itself")
	// ErrRunning means that another run of redrill writes to the server, or has
	// been killed less than a minute ago.
	ErrRunning = errors.New("another run of redrill writes to this server")
	// ErrMemory means that the server does not have enough memory.
	ErrMemory = errors.New("not enough memory on the server")
)
