// Package source finds out what a file is and opens it: a path, standard input or
// a directory; plain, compressed, or packed in a tar archive. It reads no format
// itself and compares nothing.
//
// What a file is say its first bytes, never its name. Formats is the one list of
// all kinds: those that are read have an Open, the others are recognised to be
// refused by name. The first entry that matches counts. To add a format, write
// its package, a file here that recognises, opens and describes it, and an entry.
//
//	file ──▶ decompress (gzip, zstd, several layers) ──▶ Formats ──▶ Opened
//	                                                       │
//	                                tar: unpacked, and the one thing in it opened
//
// Only a file whose format was recognised can be corrupt. Every other one is
// [Foreign], which is of class decoder.ErrUnsupported, says what the file is and
// what to do, and does not judge it.
//
// What cannot be read in place is copied to files without a name in the
// directory for temporary files: they are gone however the process ends. A tree
// in an archive needs names: it is unpacked into a directory "redrill-archive-*"
// with mode 0700, which Close removes. It says who made it (internal/owner), so that
// `redrill doctor --clean` can remove what a killed process leaves.
package source
