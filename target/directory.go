package target

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"redrill/internal/owner"
)

// What the process target puts into its private directory, beside [owner.File].
// A server may add regular files; nothing makes a link or a directory there.
const (
	dirPrefix  = "redrill-"
	serverFile = "server.json" // [serverRecord], written when the server was started
	socketName = "redis.sock"
)

// maxRecordBytes is the size of the longest record that is read. Ours have
// about 200 bytes.
const maxRecordBytes = 4 << 10

// errNotOurs is the class of what redrill has not made.
var errNotOurs = errors.New("not made by redrill for this user")

// serverRecord tells the server that was started in a directory from any other.
type serverRecord struct {
	Name  string `json:"name"`  // value of nameSetting, drawn for this server
	PID   int    `json:"pid"`   // its process ID
	Start string `json:"start"` // when it started, as in [owner.Process]
}

// entry is what stands in a directory under a name.
type entry struct {
	kind fs.FileMode // type bits only
	size int64
	ours bool // this user owns it
}

// expected reports whether an entry under a name is one that redrill may have made
// in the directory dir.
func (e entry) expected(dir, name string) bool {
	switch {
	case name == owner.File:
		return e.ours && e.kind == 0 && e.size <= maxRecordBytes
	case ofArchive(dir):
		return e.ours && e.kind == fs.ModeDir && name == owner.Unpacked
	case name == socketName:
		return e.ours && e.kind == fs.ModeSocket
	case name == serverFile:
		return e.ours && e.kind == 0 && e.size <= maxRecordBytes
	}
	return e.ours && e.kind == 0
}

// unpacked reports whether the entry may come of an archive that was unpacked:
// these hold no links.
func (e entry) unpacked() bool { return e.ours && (e.kind == 0 || e.kind == fs.ModeDir) }

// ofArchive reports whether a directory is named as that of an archive.
func ofArchive(dir string) bool {
	return strings.HasPrefix(filepath.Base(dir), owner.ArchivePrefix)
}

// String says what the entry is.
func (e entry) String() string {
	what := "special file"
	// These are the kinds with a name.
	//exhaustive:ignore
	switch e.kind {
	case 0:
		what = "file"
	case fs.ModeDir:
		what = "directory"
	case fs.ModeSymlink:
		what = "link"
	case fs.ModeNamedPipe:
		what = "FIFO"
	case fs.ModeSocket:
		what = "socket"
	}
	if !e.ours {
		what += " of another user"
	}
	return fmt.Sprintf("%s of %d bytes", what, e.size)
}

// writeRecord writes a record into a directory that this process has made.
func writeRecord(dir, name string, v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("%w: write %s: %w", ErrUnreachable, filepath.Join(dir, name), err)
	}
	return nil
}

// record reads a record into v.
func (d *directory) record(name string, v any) error {
	b, err := d.read(name)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Join(d.path, name), err)
	}
	return nil
}
