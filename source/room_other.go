//go:build !linux && !darwin && !freebsd

package source

// room is not known here.
func room(string) (bytes int64, ok bool) { return 0, false }
