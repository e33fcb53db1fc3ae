package owner

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// File is the record of a directory that says who made it.
const File = "owner.json"

// The directory of an archive that was unpacked. It holds [File] and the
// directory Unpacked, and that regular files and directories alone.
const (
	ArchivePrefix = "redrill-archive-"
	Unpacked      = "unpacked"
)

// MakeDirectory makes a directory below parent, whose name begins with prefix,
// that this user alone may enter and that says who made it. Parent "" is the
// directory for temporary files.
func MakeDirectory(parent, prefix string) (dir string, err error) {
	dir, err = os.MkdirTemp(parent, prefix) // mode 0700
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(Self())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, File), b, 0o600)
	}
	if err != nil {
		_ = os.RemoveAll(dir) // The first error says more.
		return "", fmt.Errorf("record the owner of %s: %w", dir, err)
	}
	return dir, nil
}
