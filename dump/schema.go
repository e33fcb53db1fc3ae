package dump

import "strings"

// Version is the version of the dumps this package writes and reads.
const Version = 1

// maxLineBytes bounds a line: an element of 256 MiB that is nothing but control
// characters (six bytes each), and what else may stand in its part.
const maxLineBytes = 1600 << 20

// factLastCommitTS is the one fact of a source that the first line of this version
// has a place for.
const factLastCommitTS = "last_commit_ts"

// isSHA256 reports whether s is a SHA-256 in lower-case hexadecimal.
func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
