// Package source recognises and opens a file: a path, standard input or a
// directory; plain, compressed, or packed in a tar archive. It reads no format
// itself and compares nothing.
//
// The first bytes of a file determine its kind, never its name. Formats is the one
// list of all kinds. A kind that redrill reads has an Open; redrill recognises the
// others to refuse them by name. The first entry that matches counts. To add a format, write
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
// A source that cannot be read in place is copied to files without a name in the
// directory for temporary files, so they disappear however the process ends. A
// tree in an archive needs names: it is unpacked into a directory
// "redrill-archive-*" with mode 0700, which Close removes. The directory names its
// owner (internal/owner), so that `redrill doctor --clean` can remove the leftovers
// of a killed process.
package source
