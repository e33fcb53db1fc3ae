package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestOwnServerKilled: a drill whose own server dies ends with 4 or 5 and
// removes what it made.
func TestOwnServerKilled(t *testing.T) {
	needRedis(t)
	snapshot := faultSnapshot(t)
	all := traffic(t, startServer(t), "drill", snapshot)
	for _, percent := range []int64{0, 20, 50, 90} {
		t.Run(fmt.Sprint(percent), func(t *testing.T) {
			t.Parallel()
			w := wrapServer(t)
			c := newChild(t, "drill", snapshot, "--target", "process")
			c.Env = append(c.Env, "PATH="+w.dir+":"+os.Getenv("PATH"))
			c.start(t)
			server, socket := w.started(t)
			startProxyAt(t, "unix", socket, w.socket(), trap{commands, 1 + all[commands]*percent/100,
				func(client, upstream net.Conn) {
					_ = syscall.Kill(server, syscall.SIGKILL) // an error shows as a wrong status
					cut(client, upstream)
				}})
			_ = c.Wait() // the status says it
			if status := c.ProcessState.ExitCode(); status != exitCannotTell && status != exitTarget {
				t.Errorf("%v, want status 4 or 5\n%s", c.ProcessState, &c.output)
			}
			if left := entries(t, c.tmp); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}
