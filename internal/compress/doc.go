// Package compress reads gzip and Zstandard files in bounded memory, and tells
// damage, a limit and a failing reader apart. It knows nothing of what is in them.
package compress
