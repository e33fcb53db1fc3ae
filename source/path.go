package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrUsage is the class of errors of a name that is wrong: no bytes were looked at.
var ErrUsage = errors.New("wrong use")

// usageError is an error of class [ErrUsage] with a next step.
type usageError struct{ text, next string }

func (e *usageError) Error() string { return e.text }
func (e *usageError) Unwrap() error { return ErrUsage }
func (e *usageError) Hint() string  { return e.next }

// fetch says how to read what a URL names.
var fetch = map[string]string{
	"s3":    "`aws s3 cp URL - | redrill … -` reads it without a copy",
	"gs":    "`gcloud storage cat URL | redrill … -` reads it without a copy",
	"https": "`curl -fsS URL | redrill … -` reads it without a copy",
	"http":  "`curl -fsS URL | redrill … -` reads it without a copy",
	"ftp":   "`curl -fsS URL | redrill … -` reads it without a copy",
	"file":  "give the path, without file://",
}

// CheckURL refuses a URL in place of a file. Its error names only the scheme: the
// rest may hold a password or a signature.
func CheckURL(path string) error {
	scheme, _, ok := strings.Cut(path, "://")
	if !ok {
		return nil
	}
	scheme = strings.ToLower(scheme)
	switch scheme {
	case "redis", "rediss", "valkey", "valkeys", "unix", "redis+unix", "redis-socket":
		return &usageError{article(scheme) + " " + scheme + ":// URL is a server, not a file: give it as --target", ""}
	}
	if next, ok := fetch[scheme]; ok {
		return &usageError{article(scheme) + " " + scheme + ":// URL is not a file: redrill reads files and standard input", next}
	}
	return nil // A directory may be called anything.
}

// article returns the indefinite article of a scheme, which is spelled out or a word.
func article(scheme string) string {
	switch scheme {
	case "s3", "http", "https", "ftp":
		return "an"
	}
	return "a"
}

// IsTree reports whether path is a dump directory: its manifest is what says that
// one is complete.
func IsTree(path string) bool {
	_, err := os.Lstat(filepath.Join(path, "MANIFEST.json"))
	return err == nil
}

// Newest returns the newest snapshot in a directory: of those that nodes name by raft
// index, in 16 hexadecimal digits, the one with the largest; else the RDB file that
// was modified last. Only regular files count, and links to them. Other paths are
// returned unchanged.
func Newest(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", err
	}
	if newest := newestSnapshot(path, entries); newest != "" {
		return filepath.Join(path, newest), nil
	}
	if isAppendOnly(entries) {
		return "", fmt.Errorf("%s: %w", path, &Foreign{"append-only directory of Redis or Valkey", notYet, rewriteFirst})
	}
	if newest := newestRDB(path, entries); newest != "" {
		return filepath.Join(path, newest), nil
	}
	if err := foreignDirectory(entries); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return "", &usageError{path + ": no snapshot in this directory (*.rdb, or 16 hexadecimal digits and .fsm)", "name the file"}
}

// newestSnapshot returns the name of the newest snapshot of a node.
func newestSnapshot(path string, entries []os.DirEntry) (newest string) {
	index := uint64(0)
	for _, e := range entries {
		n, ok := snapshotIndex(e.Name())
		if !ok || newest != "" && n < index {
			continue
		}
		if info, err := os.Stat(filepath.Join(path, e.Name())); err != nil || !info.Mode().IsRegular() {
			continue
		}
		newest, index = e.Name(), n
	}
	return newest
}

// newestRDB returns the name of the RDB file that was modified last; of two that were
// modified at the same time, the one whose name comes last.
func newestRDB(path string, entries []os.DirEntry) (newest string) {
	var at time.Time
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(innerName(name, 1), ".rdb") || strings.HasPrefix(name, "temp-") { // under way
			continue
		}
		info, err := os.Stat(filepath.Join(path, name))
		if err != nil || !info.Mode().IsRegular() || info.ModTime().Before(at) {
			continue
		}
		newest, at = name, info.ModTime()
	}
	return newest
}

// isAppendOnly reports whether a directory is that of an append-only log: the RDB
// file in it is only where the log begins.
func isAppendOnly(entries []os.DirEntry) bool {
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasSuffix(e.Name(), ".aof.manifest") })
}

// shadow says what a server would load in place of an RDB file that lies beside an
// append-only log; "" if there is none.
func shadow(path string) string {
	for _, log := range []string{"appendonlydir", "appendonly.aof"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), log)); err == nil {
			return fmt.Sprintf("%s lies beside %s: a server with appendonly yes loads that and ignores this file", filepath.Base(path), log)
		}
	}
	return ""
}

// foreignDirectory names a directory of another kind.
func foreignDirectory(entries []os.DirEntry) error {
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == "appendonlydir" && e.IsDir(), name == "appendonly.aof":
			return &Foreign{"data directory of a server, with an append-only log and no RDB file", notYet, rewriteFirst}
		case name == "CHECKSUMS" || name == "MANIFEST.json.tmp":
			return &Foreign{"dump directory without MANIFEST.json", "unfinished", "let the program that writes it come to its end; MANIFEST.json appears last"}
		}
	}
	return nil
}

func snapshotIndex(name string) (uint64, bool) {
	for _, ext := range []string{".gz", ".zst", ".lz4"} {
		name = strings.TrimSuffix(name, ext)
	}
	digits, ok := strings.CutSuffix(name, ".fsm")
	if !ok || len(digits) != 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, err == nil
}
