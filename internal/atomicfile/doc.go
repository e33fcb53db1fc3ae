// Package atomicfile writes files that appear under their names complete or not
// at all. It keeps the files of a command apart: no output may be an input or
// another output ([Plan]), and an output replaces an existing file only if
// redrill wrote it.
//
// After a crash of the process a temporary file ".NAME.tmp-*" may remain beside
// an output; the output itself is unchanged.
package atomicfile
