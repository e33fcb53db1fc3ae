package fsm

import "fmt"

// unreadable is why a key cannot be decoded. It is not an error of the file.
type unreadable struct {
	offset int64
	reason string
}

func unreadablef(offset int64, format string, args ...any) *unreadable {
	return &unreadable{offset: offset, reason: fmt.Sprintf(format, args...)}
}

// Error implements error, so that an unreadable can pass through callbacks.
func (u *unreadable) Error() string { return u.reason }

// elsewheref is why a collection cannot be read whose stored length promises
// elements, and of which not one is there. Its server writes both together, and
// empties both together: all snapshots of single nodes say 0 there.
func elsewheref(offset int64, format string, args ...any) *unreadable {
	return unreadablef(offset, "%s: they are lost, or in the snapshot of another group of the store", fmt.Sprintf(format, args...))
}
