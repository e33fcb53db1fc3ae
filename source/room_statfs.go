//go:build linux || darwin || freebsd

package source

import "syscall"

// room returns how many bytes are free for this user in the file system of dir.
func room(dir string) (bytes int64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	const most = 1 << 62
	blocks, size := uint64(max(0, s.Bavail)), uint64(s.Bsize) //nolint:unconvert // the types differ by system
	if size == 0 || blocks > most/size {
		return most, size != 0
	}
	return int64(blocks * size), true
}
