//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

func peakBytes(state *os.ProcessState) int64 {
	rusage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(rusage.Maxrss)
	}
	return int64(rusage.Maxrss) * 1024
}
