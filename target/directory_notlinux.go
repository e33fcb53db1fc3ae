//go:build !linux

package target

import (
	"errors"
	"net"
	"path/filepath"
)

// socket returns the path of the socket.
func (d *directory) socket() string { return filepath.Join(d.path, socketName) }

// peer is known on Linux only: elsewhere a server is told by what it answers.
func peer(*net.UnixConn) (pid int, err error) { return 0, errors.ErrUnsupported }
