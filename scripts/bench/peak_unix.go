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
		return int64(rusage.Maxrss) //nolint:unconvert // 32 bits wide on some systems
	}
	return int64(rusage.Maxrss) * 1024 //nolint:unconvert // 32 bits wide on some systems
}
