package tree

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"redrill/keyspace"
)

const readDirEntries = 1024 // at a time

// load builds the index of the tree. On its way, unmet is what CHECKSUMS lists
// and was not found yet.
func (r *Reader) load() error {
	if _, err := r.root.Lstat(manifestName); errors.Is(err, fs.ErrNotExist) {
		return errorf(manifestName, -1, "missing: the tree is unfinished")
	}
	unmet, err := r.checksums()
	if err != nil {
		return err
	}
	if err := r.manifest(unmet); err != nil {
		return err
	}
	if err := r.top(unmet); err != nil {
		return err
	}
	if len(unmet) > 0 {
		missing := ""
		for path := range unmet {
			if missing == "" || path < missing {
				missing = path
			}
		}
		return errorf(missing, -1, "missing, although %s lists it", checksumsName)
	}
	return nil
}

// checksums reads CHECKSUMS, which nothing else protects.
func (r *Reader) checksums() (map[string][sha256.Size]byte, error) {
	in, err := openInput(r.root, checksumsName, checksumsName, [sha256.Size]byte{})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errorf(checksumsName, -1, "missing")
	}
	if err != nil {
		return nil, err
	}
	sums, err := readChecksums(in)
	return sums, errors.Join(err, in.close())
}

// take removes a path from what CHECKSUMS lists.
func take(unmet map[string][sha256.Size]byte, path string) ([sha256.Size]byte, error) {
	sum, ok := unmet[path]
	if !ok {
		return sum, errorf(path, -1, "%s does not list it", checksumsName)
	}
	delete(unmet, path)
	return sum, nil
}

func (r *Reader) manifest(unmet map[string][sha256.Size]byte) error {
	sum, err := take(unmet, manifestName)
	if err != nil {
		return err
	}
	in, err := openInput(r.root, manifestName, manifestName, sum)
	if err != nil {
		return err
	}
	text, err := drain(in, maxManifestBytes)
	if err := errors.Join(err, in.close()); err != nil {
		return err
	}
	m, err := readManifest(text)
	if err != nil {
		return err
	}
	ts := m.LastCommitTS
	if r.live = m.Live != nil; r.live {
		ts = m.Live.ReadTS
	}
	r.src = keyspace.Origin{Format: "elastickv-tree", Facts: []keyspace.Fact{{Name: factLastCommitTS, Value: ts}}}
	return nil
}

// each calls f with what is in the directory path, in no order.
func (r *Reader) each(path string, f func(name, path string, info fs.FileInfo) error) (err error) {
	before, err := r.root.Lstat(path)
	if err != nil {
		return err
	}
	if !before.IsDir() {
		return errorf(path, -1, "%s where a directory is expected", kindOf(before.Mode()))
	}
	dir, err := r.root.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	after, err := dir.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(before, after) {
		return errorf(path, -1, "the directory was replaced while it was opened")
	}
	prefix := path + "/"
	if path == "." {
		prefix = ""
	}
	for {
		entries, err := dir.ReadDir(readDirEntries)
		for _, e := range entries {
			info, err := r.root.Lstat(prefix + e.Name())
			if err != nil {
				return fmt.Errorf("read %s: %w", prefix+e.Name(), err)
			}
			if err := f(e.Name(), prefix+e.Name(), info); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
	}
}

// top goes through the root directory.
func (r *Reader) top(unmet map[string][sha256.Size]byte) error {
	err := r.each(".", func(name, path string, info fs.FileInfo) error {
		switch {
		case name == manifestName, name == checksumsName:
			return nil
		case name == redisDir:
			return r.redis(unmet)
		case slices.Contains(otherAdapters[:], name):
			return r.other(path, unmet)
		}
		return errorf(path, -1, "%s that is not part of the layout", kindOf(info.Mode()))
	})
	slices.SortFunc(r.dbs, func(a, b database) int { return cmp.Compare(a.number, b.number) })
	return err
}

// other counts the files of another adapter.
func (r *Reader) other(path string, unmet map[string][sha256.Size]byte) error {
	return r.each(path, func(_, path string, info fs.FileInfo) error {
		if info.IsDir() {
			return r.other(path, unmet)
		}
		if !info.Mode().IsRegular() {
			return errorf(path, -1, "%s where a regular file is expected", kindOf(info.Mode()))
		}
		r.others++
		_, err := take(unmet, path)
		return err
	})
}

// redis goes through the directory of databases.
func (r *Reader) redis(unmet map[string][sha256.Size]byte) error {
	return r.each(redisDir, func(name, path string, info fs.FileInfo) error {
		number, ok := parseDB(name)
		if !ok {
			return errorf(path, -1, "%s that is not part of the layout", kindOf(info.Mode()))
		}
		l := databaseLoader{r: r, dir: path, unmet: unmet, db: database{number: number}, names: make(map[string]string)}
		if err := l.load(); err != nil {
			return err
		}
		r.dbs = append(r.dbs, l.db)
		return nil
	})
}

// databaseLoader builds the index of one database.
type databaseLoader struct {
	r     *Reader
	dir   string
	unmet map[string][sha256.Size]byte
	db    database
	names map[string]string // of KEYMAP, by segment
}

func (l *databaseLoader) load() error {
	present := make(map[string]bool)
	err := l.r.each(l.dir, func(name, path string, info fs.FileInfo) error {
		known := name == keymapName
		for _, f := range families {
			known = known || name == f.dir || name == f.sidecar
		}
		if !known {
			return errorf(path, -1, "%s that is not part of the layout", kindOf(info.Mode()))
		}
		present[name] = true
		return nil
	})
	if err != nil {
		return err
	}
	if present[keymapName] {
		err := l.read(keymapName, func(in *input) error { return readKeymap(in, l.names) })
		if err != nil {
			return err
		}
	}
	for i, f := range families {
		var expiries map[string]expiry
		if present[f.sidecar] {
			if err := l.read(f.sidecar, func(in *input) (err error) {
				expiries, err = readSidecar(in, l.name)
				return err
			}); err != nil {
				return err
			}
		}
		if present[f.dir] {
			if err := l.family(i, expiries); err != nil {
				return err
			}
		}
		if n := len(expiries); n > 0 {
			l.r.counted[keyspace.NoteOrphanTTL] += int64(n)
		}
	}
	return nil
}

// read opens and checks a file beside the families.
func (l *databaseLoader) read(name string, parse func(*input) error) error {
	path := l.dir + "/" + name
	sum, err := take(l.unmet, path)
	if err != nil {
		return err
	}
	in, err := openInput(l.r.root, path, path, sum)
	if err != nil {
		return err
	}
	return errors.Join(in.verify(parse(in)), in.close())
}

// family indexes the files of a family and takes their expire times.
func (l *databaseLoader) family(i int, expiries map[string]expiry) error {
	f := families[i]
	err := l.r.each(l.dir+"/"+f.dir, func(name, path string, info fs.FileInfo) error {
		if err := checkRegular(path, info); err != nil {
			return err
		}
		sum, err := take(l.unmet, path)
		if err != nil {
			return err
		}
		seg, ok := strings.CutSuffix(name, f.ext)
		if !ok {
			return errorf(path, -1, "a file without the extension %s", f.ext)
		}
		key, err := l.name(seg)
		if err != nil {
			return errorf(path, -1, "segment: %v", err)
		}
		l.db.files[i] = append(l.db.files[i], valueFile{name: key, sum: sum, expiry: expiries[key]})
		delete(expiries, key)
		return nil
	})
	sortFiles(l.db.files[i])
	return err
}

// name returns the name of the key with a segment, which must be the one that
// the writer gives it (R1).
func (l *databaseLoader) name(seg string) (string, error) {
	name, err := decodeSegment(seg)
	if errors.Is(err, errNeedsKeymap) {
		name, ok := l.names[seg]
		if !ok {
			return "", fmt.Errorf("no record in %s", keymapName)
		}
		return name, nil
	}
	if err == nil && Segment(name) != seg {
		err = fmt.Errorf("another spelling of %s", Segment(name))
	}
	return name, err
}
