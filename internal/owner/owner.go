package owner

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Process identifies the redrill process that made a container or a directory.
type Process struct {
	Host  string `json:"host"`  // host name and, on Linux, its process-ID namespace
	Boot  string `json:"boot"`  // ID of the boot, empty where there is none
	PID   int    `json:"pid"`   // process ID on that host
	Start string `json:"start"` // when the process started, in ticks since boot; empty where unknown
}

// State says whether an owner is still there.
type State string

// The states of an owner.
const (
	Gone      State = "gone"      // the process has ended
	Alive     State = "alive"     // the process runs
	Elsewhere State = "elsewhere" // another host, container or user: cannot be told from here
)

// Self returns the identity of this process.
func Self() Process {
	return Process{Host: hostID(), Boot: bootID(), PID: os.Getpid(), Start: StartOf(os.Getpid())}
}

// State finds out whether p still runs.
func (p Process) State() State {
	switch {
	case p.Host != hostID():
		return Elsewhere
	case p.Boot != bootID():
		return Gone
	case p.PID <= 0:
		return Elsewhere
	}
	process, err := os.FindProcess(p.PID)
	if err != nil {
		return Gone
	}
	if err := process.Signal(syscall.Signal(0)); err != nil && !errors.Is(err, os.ErrPermission) {
		return Gone
	}
	switch StartOf(p.PID) {
	case p.Start:
		return Alive
	case "": // a process that this user may not look at
		return Elsewhere
	}
	return Gone
}

// hostID returns the host name; on Linux with the process-ID namespace, because
// two containers may share a name but not their processes.
func hostID() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unknown"
	}
	if ns, err := os.Readlink("/proc/self/ns/pid"); err == nil {
		name += "/" + ns
	}
	return name
}

func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// StartOf returns when a process started, as the kernel says it: field 22 of
// /proc/PID/stat; "" where that is not known. The second field, the name of the
// program, may hold blanks and brackets.
func StartOf(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	text := string(b)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	const startTime = 22 - 3 // the first field after the name is the third
	if len(fields) <= startTime {
		return ""
	}
	return fields[startTime]
}
