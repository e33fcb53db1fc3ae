package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"redrill/decoder"
	"redrill/dump"
	"redrill/dump/tree"
	"redrill/internal/atomicfile"
	"redrill/internal/compress"
	"redrill/restore"
	sources "redrill/source"
	"redrill/target"
	"redrill/verify"
)

// Exit statuses. They are a promise: scripts depend on them.
const (
	exitVerified    = 0
	exitDifferences = 1
	exitUsage       = 2
	exitCorrupt     = 3
	exitCannotTell  = 4
	exitTarget      = 5
	exitInterrupted = 130
	exitStatusHelp  = `Exit status:
  0    verified: every key came back equal, and nothing else is there
  1    differences (also: elements that no Redis can hold, unless allowed, and a
       server that does not come up with the file)
  2    wrong use of the command
  3    the snapshot or dump is corrupt or of an unsupported kind
  4    could not tell: unreadable keys, an incomplete or invalid run, or an
       internal error
  5    the target cannot be reached or refuses
  7    a fuzz campaign found a counterexample
  130  interrupted`
)

// statusOfOutcome is the status of what a verification found.
func statusOfOutcome(o verify.Outcome) int {
	switch o {
	case verify.Verified:
		return exitVerified
	case verify.Different:
		return exitDifferences
	case verify.Incomplete:
	}
	return exitCannotTell
}

// usageError is a mistake on the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// statusError carries the exit status of a command that ran to its end. What
// there is to say has been said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// statusOf maps an error to the exit status. The order matters: an interrupt
// makes everything else fail too.
func statusOf(ctx context.Context, err error) int {
	var status statusError
	var usage usageError
	var unwritten reportError
	bug := (*internalError)(nil)
	switch {
	case err == nil:
		return exitVerified
	case errors.As(err, &bug): // whatever broke it: nothing that was found can be relied on
		return exitCannotTell
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &unwritten):
		return exitCannotTell
	case errors.As(err, &usage), errors.Is(err, target.ErrUsage):
		return exitUsage
	case errors.Is(err, target.ErrNotLoaded):
		return exitDifferences
	case errors.Is(err, decoder.ErrCorrupt), errors.Is(err, decoder.ErrUnsupported), errors.Is(err, decoder.ErrLimit),
		errors.Is(err, decoder.ErrChanged),
		errors.Is(err, dump.ErrDump), errors.Is(err, dump.ErrVersion), errors.Is(err, tree.ErrTree),
		errors.Is(err, compress.ErrCorrupt), errors.Is(err, compress.ErrLimit):
		return exitCorrupt
	case errors.Is(err, target.ErrUnreachable), errors.Is(err, target.ErrRefused), errors.Is(err, target.ErrUnfit),
		errors.Is(err, restore.ErrTarget), errors.Is(err, verify.ErrTarget):
		return exitTarget
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return exitUsage
	}
	return exitCannotTell
}

// hintOf returns the next step after an error, if there is one.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) && hinted.Hint() != "" {
		return hinted.Hint()
	}
	switch {
	case errors.Is(err, target.ErrNotLoaded):
		return "try the version that wrote the file, which `redrill inspect` tells, with --target docker --image; --via commands shows what can be read"
	case errors.Is(err, decoder.ErrChanged):
		return "read a file that nothing writes to, such as a copy"
	case errors.Is(err, atomicfile.ErrNotOurs):
		return "give another name, or --force to replace it"
	case errors.Is(err, atomicfile.ErrInUse):
		return "give every output a name of its own"
	case errors.Is(err, restore.ErrNotEmpty):
		return "use an empty server, or --replace to overwrite exactly the keys of the dump"
	case errors.Is(err, restore.ErrRunning):
		return "wait for the other run; the key expires by itself within a minute after the run that set it was killed"
	case errors.Is(err, restore.ErrMemory):
		return hintMemory
	case errors.Is(err, restore.ErrReserved):
		return "such a key would hide a row of the store: restore into a Redis, or leave these keys out of the dump"
	case hintOfRefusal(err) != "":
		return hintOfRefusal(err)
	case errors.Is(err, restore.ErrForbidden):
		return hintForbidden
	case errors.Is(err, restore.ErrLacks):
		return "use a newer server; the one that redrill starts (`redrill drill --target docker`) has everything"
	case targetHint(target.ReasonOf(err)) != "":
		return targetHint(target.ReasonOf(err))
	case errors.Is(err, target.ErrUnreachable):
		return "`redrill doctor` says which targets work here"
	case errors.Is(err, sources.ErrNoRoom):
		return "free some space, or use another disk; TMPDIR names the directory for temporary files"
	case errors.Is(err, compress.ErrLimit):
		return "unpack it first, with `zstd -d --long=31`, which takes up to 2 GiB of memory; then give redrill the result"
	case errors.Is(err, compress.ErrCorrupt),
		errors.Is(err, decoder.ErrCorrupt), errors.Is(err, decoder.ErrLimit), // No writer makes such a length.
		errors.Is(err, dump.ErrDump), errors.Is(err, tree.ErrTree):
		return "take another copy of the file, and compare their checksums"
	}
	return ""
}
