package dump

import (
	"strings"

	"redrill/keyspace"
)

// Version is the version of the dumps this package writes and reads.
const Version = 1

// maxLineBytes bounds a line: an element of 256 MiB that is nothing but control
// characters (six bytes each), and what else may stand in its part.
const maxLineBytes = 1600 << 20

// delivered reports whether notes of the kind k are lines of their own. Other
// kinds stand in the last line only; known is false for what is no kind.
func delivered(k keyspace.NoteKind) (line, known bool) {
	switch k {
	case keyspace.NoteEmpty, keyspace.NoteUnreadable, keyspace.NoteUnrepresentable,
		keyspace.NoteShadowed, keyspace.NoteCounter, keyspace.NoteScoreIndex,
		keyspace.NoteLastID, keyspace.NoteStreamBlob, keyspace.NoteDuplicate:
		return true, true
	case keyspace.NoteOrphanTTL, keyspace.NoteOrphanRows, keyspace.NoteLeftover,
		keyspace.NoteUnresolved, keyspace.NoteUnknown, keyspace.NoteUnknownRedis, keyspace.NoteDetached, keyspace.NoteNewer,
		keyspace.NoteUnprotected:
		return false, true
	}
	return false, false
}

// isSHA256 reports whether s is a SHA-256 in lower-case hexadecimal.
func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
