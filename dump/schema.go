package dump

import (
	"strings"

	"redrill/keyspace"
)

// Version is the newest version of dumps that this package writes and reads. A
// dump that needs nothing of version 2 is written as version 1.
const Version = 2

// maxLineBytes bounds a line: an element of 256 MiB that is nothing but control
// characters (six bytes each), and what else may stand in its part.
const maxLineBytes = 1600 << 20

// factLastCommitTS is the one fact of a source that the first line of version 1 has
// a place for.
const factLastCommitTS = "last_commit_ts"

// versionOf returns the version that a dump of the source has: 1 if its facts have
// a place there.
func versionOf(src keyspace.Origin) int {
	for _, f := range src.Facts {
		if _, ok := f.Value.(uint64); f.Name != factLastCommitTS || !ok {
			return 2
		}
	}
	return 1
}

// isSHA256 reports whether s is a SHA-256 in lower-case hexadecimal.
func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
