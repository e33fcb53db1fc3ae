package target

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Owner identifies the redrill process that made a container or a directory.
type Owner struct {
	Host  string `json:"host"`  // host name and, on Linux, its process-ID namespace
	Boot  string `json:"boot"`  // ID of the boot, empty where there is none
	PID   int    `json:"pid"`   // process ID on that host
	Start string `json:"start"` // when the process started, in ticks since boot; empty where unknown
}

// OwnerState says whether an owner is still there.
type OwnerState string

// The states of an owner.
const (
	OwnerGone      OwnerState = "gone"      // the process has ended
	OwnerAlive     OwnerState = "alive"     // the process runs
	OwnerElsewhere OwnerState = "elsewhere" // another host, container or user: cannot be told from here
)

// self returns the identity of this process.
func self() Owner {
	return Owner{Host: hostID(), Boot: bootID(), PID: os.Getpid(), Start: startOf(os.Getpid())}
}

// state finds out whether o still runs.
func (o Owner) state() OwnerState {
	switch {
	case o.Host != hostID():
		return OwnerElsewhere
	case o.Boot != bootID():
		return OwnerGone
	case o.PID <= 0:
		return OwnerElsewhere
	}
	process, err := os.FindProcess(o.PID)
	if err != nil {
		return OwnerGone
	}
	if err := process.Signal(syscall.Signal(0)); err != nil && !errors.Is(err, os.ErrPermission) {
		return OwnerGone
	}
	switch startOf(o.PID) {
	case o.Start:
		return OwnerAlive
	case "": // a process that this user may not look at
		return OwnerElsewhere
	}
	return OwnerGone
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

// startOf returns field 22 of /proc/PID/stat; the second field, the name of
// the program, may hold blanks and brackets.
func startOf(pid int) string {
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
