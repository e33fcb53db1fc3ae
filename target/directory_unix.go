//go:build unix

package target

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"redrill/internal/owner"
)

// directory is an open private directory that redrill has made. What stands in
// it is reached through its descriptor, so that nobody can put another one in its
// place meanwhile.
type directory struct {
	path string
	file *os.File
	made time.Time
}

// openDirectory opens a directory that this user owns and nobody else may
// enter: whoever made it may do what its content asks for. All others are
// errNotOurs, links to one included.
func openDirectory(path string) (*directory, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	d := &directory{path: path, file: os.NewFile(uintptr(fd), path)}
	info, err := d.file.Stat()
	if err != nil {
		d.close()
		return nil, err
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || !ownedByUser(&stat) || info.Mode().Perm() != 0o700 {
		d.close()
		return nil, fmt.Errorf("%w: %s belongs to another user, or others may enter it", errNotOurs, path)
	}
	d.made = info.ModTime()
	return d, nil
}

func (d *directory) close() { _ = d.file.Close() } // only read from

func (d *directory) fd() int { return int(d.file.Fd()) }

func ownedByUser(stat *unix.Stat_t) bool { return int64(stat.Uid) == int64(os.Geteuid()) }

func entryOf(stat *unix.Stat_t) entry {
	e := entry{kind: fs.ModeIrregular, size: stat.Size, ours: ownedByUser(stat)}
	switch uint32(stat.Mode) & unix.S_IFMT { //nolint:unconvert // 16 bits wide on some systems
	case unix.S_IFREG:
		e.kind = 0
	case unix.S_IFDIR:
		e.kind = fs.ModeDir
	case unix.S_IFLNK:
		e.kind = fs.ModeSymlink
	case unix.S_IFIFO:
		e.kind = fs.ModeNamedPipe
	case unix.S_IFSOCK:
		e.kind = fs.ModeSocket
	}
	return e
}

// read returns the content of a record. It neither follows a link nor waits for
// the writer of a FIFO.
func (d *directory) read(name string) ([]byte, error) {
	fd, err := unix.Openat(d.fd(), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() { _ = f.Close() }()
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, err
	}
	if e := entryOf(&stat); !e.expected(d.path, name) {
		return nil, fmt.Errorf("%w: a %v", errNotOurs, e)
	}
	return io.ReadAll(io.LimitReader(f, maxRecordBytes))
}

// names lists the directory. It is errNotOurs when anything stands in it, or below,
// that redrill does not make.
func (d *directory) names() ([]string, error) {
	fd, err := unix.Openat(d.fd(), ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) // its own position
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", d.path, err)
	}
	f := os.NewFile(uintptr(fd), d.path)
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", d.path, err)
	}
	for _, name := range names {
		var stat unix.Stat_t
		err := unix.Fstatat(d.fd(), name, &stat, unix.AT_SYMLINK_NOFOLLOW)
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone since
		}
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", d.path, err)
		}
		if e := entryOf(&stat); !e.expected(d.path, name) {
			return nil, fmt.Errorf("%w: %s is a %v", errNotOurs, filepath.Join(d.path, name), e)
		}
	}
	if slices.Contains(names, owner.Unpacked) && ofArchive(d.path) {
		return names, walk(d.fd(), owner.Unpacked, d.path, checkUnpacked)
	}
	return names, nil
}

// walk calls visit for everything below the directory name of the open directory
// parent, and then for that: what stands in a directory comes before it. It follows
// no link. path is that of parent, for errors.
func walk(parent int, name, path string, visit func(parent int, name, path string, e entry) error) error {
	path = filepath.Join(path, name)
	var stat unix.Stat_t
	if err := unix.Fstatat(parent, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	e := entryOf(&stat)
	if e.kind == fs.ModeDir {
		if err := walkInto(parent, name, path, visit); err != nil {
			return err
		}
	}
	return visit(parent, name, path, e)
}

func walkInto(parent int, name, path string, visit func(parent int, name, path string, e entry) error) error {
	fd, err := unix.Openat(parent, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	f := os.NewFile(uintptr(fd), path)
	defer func() { _ = f.Close() }() // only read from
	names, err := f.Readdirnames(-1)
	if err != nil {
		return fmt.Errorf("list %s: %w", path, err)
	}
	for _, name := range names {
		if err := walk(fd, name, path, visit); err != nil {
			return err
		}
	}
	return nil
}

func checkUnpacked(_ int, _, path string, e entry) error {
	if !e.unpacked() {
		return fmt.Errorf("%w: %s is a %v", errNotOurs, path, e)
	}
	return nil
}

func removeUnpacked(parent int, name, path string, e entry) error {
	flags := 0
	if e.kind == fs.ModeDir {
		flags = unix.AT_REMOVEDIR
	}
	if err := unix.Unlinkat(parent, name, flags); err != nil {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	return nil
}

// remove removes the directory and what redrill has put there, nothing else.
func (d *directory) remove() error {
	names, err := d.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == owner.Unpacked && ofArchive(d.path) {
			if err := walk(d.fd(), name, d.path, removeUnpacked); err != nil {
				return err
			}
			continue
		}
		if err := unix.Unlinkat(d.fd(), name, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", filepath.Join(d.path, name), err)
		}
	}
	if err := unix.Rmdir(d.path); err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing but an empty directory
		return fmt.Errorf("remove %s: %w", d.path, err)
	}
	return nil
}
