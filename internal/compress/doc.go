// Package compress reads gzip, Zstandard and LZ4 files in bounded memory, and
// distinguishes damage, a limit and a failing reader. It does not know the content.
package compress
