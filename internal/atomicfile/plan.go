package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"redrill/internal/compress"
)

// The reasons for which an output is refused.
var (
	// ErrInUse: an output is an input or another output.
	ErrInUse = errors.New("nothing was read or written")
	// ErrNotOurs: an output exists and is nothing that redrill wrote.
	ErrNotOurs = errors.New("it was not changed")
)

// headBytes is how much of an existing output is looked at.
const headBytes = 4 << 10

// Plan is what a command is going to read and write. No output may be an input
// or another output, under whatever name: a file is known by device and inode,
// one that does not exist by its directory and its name, whatever the case of
// its letters. Inputs are added first.
//
// A plan is made before anything is read. It protects from mistakes, not from
// somebody who replaces files meanwhile.
type Plan struct {
	// Force allows an output to replace any regular file, but no input.
	Force bool

	files []planned
}

// planned is a file, or a directory with all that is in it.
type planned struct {
	what  string      // as said to people
	info  fs.FileInfo // nil if it does not exist
	dir   fs.FileInfo // where it is or would be; nil of an open file
	in    string      // path of dir
	base  string
	whole bool // what is in the directory belongs to it
	out   bool
	open  bool // named by nobody: standard output
}

// Input adds a file that is read. One that is not there is the reader's concern.
func (p *Plan) Input(what, path string) {
	if f, err := look(what, path); err == nil {
		p.files = append(p.files, f)
	}
}

// InputDir adds a directory that is read with all that is in it.
func (p *Plan) InputDir(what, path string) {
	if f, err := look(what, path); err == nil {
		f.whole = true
		p.files = append(p.files, f)
	}
}

// InputOpen adds an open file that is read, if it is a regular file.
func (p *Plan) InputOpen(what string, f *os.File) {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		p.files = append(p.files, planned{what: what, info: info})
	}
}

// OutputOpen adds an open file that is written to, if it is a regular file. Two
// open outputs may be one file.
func (p *Plan) OutputOpen(what string, f *os.File) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil //nolint:nilerr // a closed standard output is told when it is written to
	}
	return p.output(planned{what: what, info: info, out: true, open: true})
}

// Output adds a file or a new directory that is written. A regular file that is
// there must be empty, or ours must say of its first bytes, decompressed, that it
// may be replaced; nil says it of none. An error unwraps to [ErrInUse], to
// [ErrNotOurs] or to one of the operating system.
func (p *Plan) Output(what, path string, ours func(head []byte) bool) error {
	f, err := look(what, path)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	f.out = true
	if err := p.output(f); err != nil {
		return err
	}
	if p.Force || f.info == nil || !f.info.Mode().IsRegular() || f.info.Size() == 0 {
		return nil
	}
	head, err := headOf(path)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if ours == nil {
		return fmt.Errorf("%s exists, and a file like this is never replaced unasked: %w", what, ErrNotOurs)
	}
	if !ours(head) {
		return fmt.Errorf("%s exists and is not a file that redrill wrote: %w", what, ErrNotOurs)
	}
	return nil
}

func (p *Plan) output(f planned) error {
	for _, other := range p.files {
		if f.open && other.open {
			continue
		}
		if other.whole && f.below(other) {
			return fmt.Errorf("%s is inside %s, which is an input: %w", f.what, other.what, ErrInUse)
		}
		if !f.same(other) {
			continue
		}
		if other.out {
			return fmt.Errorf("%s is the same file as %s: %w", f.what, other.what, ErrInUse)
		}
		return fmt.Errorf("%s is the same file as %s, which is an input: %w", f.what, other.what, ErrInUse)
	}
	p.files = append(p.files, f)
	return nil
}

// look finds out which file a path names. Its directory must exist.
func look(what, path string) (planned, error) {
	f := planned{what: what}
	info, err := os.Stat(path)
	if err == nil {
		f.info = info
	} else if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	// Not filepath.Dir: it would take link/.. for the directory of the link.
	dir, base := filepath.Split(strings.TrimRight(path, string(filepath.Separator)))
	if dir == "" {
		dir = "."
	}
	f.in, f.base = dir, base
	f.dir, err = os.Stat(dir)
	return f, err
}

// same reports whether two paths name one file.
func (f planned) same(other planned) bool {
	if f.info != nil && other.info != nil {
		return os.SameFile(f.info, other.info) && f.info.Mode()&fs.ModeCharDevice == 0
	}
	return f.info == nil && other.info == nil && os.SameFile(f.dir, other.dir) && strings.EqualFold(f.base, other.base)
}

// below reports whether a file lies in a directory, at any depth.
func (f planned) below(whole planned) bool {
	path, dir := f.in, f.dir
	for dir != nil && whole.info != nil {
		if os.SameFile(dir, whole.info) {
			return true
		}
		path += string(filepath.Separator) + ".."
		up, err := os.Stat(path)
		if err != nil || os.SameFile(up, dir) { // the root is its own parent
			return false
		}
		dir = up
	}
	return false
}

func headOf(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // Only read from.
	r, err := compress.NewReader(f)
	if errors.Is(err, compress.ErrCorrupt) || errors.Is(err, compress.ErrLimit) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // Always nil for what is only read.
	head, err := io.ReadAll(io.LimitReader(r, headBytes))
	if errors.Is(err, compress.ErrCorrupt) || errors.Is(err, compress.ErrLimit) {
		err = nil // What was read decides.
	}
	return head, err
}
