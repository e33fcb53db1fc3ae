package target

import (
	"os/exec"
	"syscall"
)

// dieWithParent makes the kernel end the program when this process dies, and
// keeps a Ctrl-C on the terminal from ending it before the drill has noticed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
