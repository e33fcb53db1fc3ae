package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"redrill/decoder"
	"redrill/internal/owner"
)

const (
	manifestName = "MANIFEST.json"
	checksumAt   = 148 // of a tar header
	tarBlock     = 512
)

// isTar takes a header whose sum is right: archives older than POSIX have no magic.
func isTar(h Head) (string, bool) {
	if len(h.Bytes) < tarBlock {
		return "", false
	}
	block := h.Bytes[:tarBlock]
	var want int64
	digits := strings.Trim(string(block[checksumAt:checksumAt+8]), " \x00")
	if _, err := fmt.Sscanf(digits, "%o", &want); err != nil {
		return "", false
	}
	sum := int64(8 * ' ') // the field itself counts as blanks
	for i, b := range block {
		if i < checksumAt || i >= checksumAt+8 {
			sum += int64(b)
		}
	}
	return "", block[0] != 0 && sum == want
}

// archive is a tar archive that is being unpacked into a directory. Nothing gets
// out of that: paths are looked at (A1: relative, without ..), the directory is
// an [os.Root], only directories and regular files are made (A2), each once (A3),
// and none is larger than the room that is left (A4).
type archive struct {
	name  string
	dir   string
	root  *os.Root
	files []string // in their order
}

// openArchive unpacks an archive and opens the one snapshot, dump or tree that it
// must hold.
func openArchive(ctx context.Context, name string, r io.Reader, opts Options) (o *Opened, err error) {
	if opts.packed {
		return nil, fmt.Errorf("%s: %w", name, &Foreign{"tar archive in a tar archive", packed, "unpack the outer one"})
	}
	opts.packed = true
	home, err := owner.MakeDirectory("", owner.ArchivePrefix)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	remove := func() error { return os.RemoveAll(home) }
	defer func() {
		if err != nil {
			err = errors.Join(err, remove())
		}
	}()
	dir := filepath.Join(home, owner.Unpacked)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", name, err)
	}
	a := &archive{name: name, dir: dir, root: root}
	err = a.unpack(r)
	if err = errors.Join(err, root.Close()); err != nil {
		return nil, err
	}
	member, isTree, err := a.only()
	if err != nil {
		return nil, err
	}
	if isTree {
		if o, err = OpenTree(filepath.Join(dir, filepath.FromSlash(member))); err != nil {
			return nil, fmt.Errorf("%s: in the archive: %w", name, err)
		}
		o.Name = name
		o.close = append(o.close, remove)
		return o, nil
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(member)))
	if err != nil {
		return nil, fmt.Errorf("%s: in the archive: %w", name, err)
	}
	if err := remove(); err != nil { // The open file outlives its name.
		return nil, errors.Join(err, f.Close())
	}
	if o, err = openNamed(ctx, name+" ("+member+")", f, opts); err != nil {
		return nil, err
	}
	return o, nil
}

func (a *archive) unpack(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = a.member(h, t)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, a.classify(err))
		}
	}
}

// classify gives errors of the archive's own form their class.
func (a *archive) classify(err error) error {
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("tar archive: %w: %w", err, decoder.ErrCorrupt)
	}
	return err
}

func (a *archive) member(h *tar.Header, r io.Reader) error {
	name := path.Clean(h.Name)
	switch h.Typeflag {
	case tar.TypeXGlobalHeader:
		return nil
	case tar.TypeDir, tar.TypeReg:
	case tar.TypeSymlink, tar.TypeLink:
		return a.refuse(h.Name, "is a link")
	default:
		return a.refuse(h.Name, "is neither a file nor a directory")
	}
	if h.Name == "" || !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsAny(name, "\x00\\") { // A1
		return a.refuse(h.Name, "points outside the archive")
	}
	if h.Typeflag == tar.TypeDir {
		return a.root.MkdirAll(name, 0o700)
	}
	if free, ok := room(a.dir); ok && h.Size > free { // A4
		return fmt.Errorf("%q needs %d MiB in %s, %d MiB are free: %w", h.Name, h.Size>>20, os.TempDir(), free>>20, ErrNoRoom)
	}
	if err := a.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := a.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) { // A3
		return a.refuse(h.Name, "occurs twice")
	}
	if err != nil {
		return err
	}
	a.files = append(a.files, name)
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

func (a *archive) refuse(member, why string) error {
	return &Foreign{fmt.Sprintf("tar archive: %q %s", member, why), "not unpacked", "unpack it yourself if you trust it, then give redrill the unpacked file"}
}

// only returns the one file of the archive, or the directory of its one tree.
func (a *archive) only() (member string, isTree bool, err error) {
	var trees []string
	for _, f := range a.files {
		if path.Base(f) == manifestName {
			trees = append(trees, path.Dir(f))
		}
	}
	if len(trees) == 1 {
		for _, f := range a.files {
			if !within(trees[0], f) {
				return "", false, fmt.Errorf("%s: %w", a.name, &Foreign{
					fmt.Sprintf("tar archive of a tree and of other files (%q)", f), packed, "unpack it, and name the directory of the tree"})
			}
		}
		return trees[0], true, nil
	}
	if len(trees) == 0 && len(a.files) == 1 {
		return a.files[0], false, nil
	}
	what := fmt.Sprintf("tar archive of %d files", len(a.files))
	if len(trees) > 1 {
		what = fmt.Sprintf("tar archive of %d trees", len(trees))
	}
	next := "unpack it, and name the snapshot that you mean"
	if len(a.files) == 0 {
		next = "check whether the job that should have written it failed"
	}
	return "", false, fmt.Errorf("%s: %w", a.name, &Foreign{what, "an archive must hold exactly one snapshot, dump or tree", next})
}

// within reports whether a file lies below a directory of the archive.
func within(dir, file string) bool {
	return dir == "." || strings.HasPrefix(file, dir+"/")
}
