package pipeline

import (
	"os"
	"path/filepath"
)

// Work says where inputs and outputs of cases are while they run.
type Work struct {
	TempDir string // for directories that are removed; "" is that of the operating system
	// Keep is a directory for the inputs and outputs of the cases that do not
	// pass, one directory for each, by name. "" keeps nothing.
	Keep string
}

// begin returns an empty directory for a case.
func (w Work) begin(c Case) (dir string, err error) {
	if w.Keep == "" {
		return os.MkdirTemp(w.TempDir, "redrill-case-")
	}
	if dir, err = filepath.Abs(filepath.Join(w.Keep, c.Name)); err != nil {
		return "", err
	}
	return dir, os.Mkdir(dir, 0o700)
}

// end removes the directory, unless it is to be kept. A case that could not be
// run leaves nothing behind.
func (w Work) end(dir string, r Result) error {
	if w.Keep == "" || r.Verdict == "" || r.Verdict.Good() {
		return os.RemoveAll(dir)
	}
	if r.Exit == nil {
		return nil
	}
	return os.WriteFile(filepath.Join(dir, "stderr.txt"), []byte(r.Exit.Stderr), 0o600)
}
