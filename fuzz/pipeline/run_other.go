//go:build !unix

package pipeline

import (
	"os"
	"os/exec"
)

// ownGroup returns what kills the command; there are no process groups here.
func ownGroup(cmd *exec.Cmd) (kill func() error) {
	return func() error { return cmd.Process.Kill() }
}

// signalOf says how a process without exit status ended.
func signalOf(state *os.ProcessState) string { return state.String() }
