package target

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// socket returns a path of the socket that leads through the open directory.
func (d *directory) socket() string {
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.fd(), socketName)
}

// peer returns the process ID of who listens at the other end, as the kernel
// says it.
func peer(conn *net.UnixConn) (pid int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return 0, err
	}
	if credErr != nil {
		return 0, credErr
	}
	return int(cred.Pid), nil
}
