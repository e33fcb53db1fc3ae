//go:build unix

package tree

import (
	"os"
	"syscall"
)

// hardLinked reports whether a file has several names.
func hardLinked(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}
