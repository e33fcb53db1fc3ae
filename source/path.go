package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// Newest returns the newest snapshot in a directory: nodes name them by raft
// index, in 16 hexadecimal digits. Only regular files count, and links to them.
// Other paths are returned unchanged.
func Newest(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", err
	}
	newest, index := "", uint64(0)
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
	if newest != "" {
		return filepath.Join(path, newest), nil
	}
	if err := foreignDirectory(entries); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return "", &usageError{path + ": no snapshot in this directory (16 hexadecimal digits and .fsm)", "name the file"}
}

// foreignDirectory names a directory of another kind.
func foreignDirectory(entries []os.DirEntry) error {
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasSuffix(name, ".aof.manifest"):
			return &Foreign{"Redis append-only directory", notYet, "the files were not judged; redis-check-aof checks what its manifest names"}
		case name == "appendonlydir" && e.IsDir():
			return &Foreign{"data directory of a Redis, with an append-only directory", notYet,
				"the files were not judged; redis-check-aof checks what the manifest in appendonlydir names"}
		case strings.HasSuffix(name, ".rdb"):
			return &Foreign{"directory with Redis RDB files", notYet, "the files were not judged; redis-check-rdb checks their checksums"}
		case name == "CHECKSUMS" || name == "MANIFEST.json.tmp":
			return &Foreign{"dump directory without MANIFEST.json", "unfinished", "let the program that writes it come to its end; MANIFEST.json appears last"}
		}
	}
	return nil
}

func snapshotIndex(name string) (uint64, bool) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	digits, ok := strings.CutSuffix(name, ".fsm")
	if !ok || len(digits) != 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, err == nil
}
