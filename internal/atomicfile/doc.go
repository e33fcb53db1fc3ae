// Package atomicfile writes files that appear under their names complete or not
// at all, and keeps the files of a command apart: no output may be an input or
// another output ([Plan]), and a file that is already there is replaced only if
// it is one of ours.
//
// After a crash of the process a temporary file ".NAME.tmp-*" may be left beside
// an output; the output itself is as it was.
package atomicfile
