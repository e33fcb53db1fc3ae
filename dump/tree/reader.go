package tree

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"redrill/keyspace"
)

// Reader reads a tree. Its sequences do not depend on each other; they may be
// ranged over at the same time.
type Reader struct {
	root    *os.Root
	limit   keyspace.PartLimit
	src     keyspace.Origin
	live    bool
	counted keyspace.Tally
	others  int64
	dbs     []database // ascending
}

// database is the index of a redis/db_<n>.
type database struct {
	number int
	files  [len(families)][]valueFile // per family, ascending by name
}

// valueFile is the file of a key.
type valueFile struct {
	name   string
	expiry expiry // of strings and HyperLogLogs
	sum    [sha256.Size]byte
}

// Open opens the tree in the directory root and checks everything but the
// contents of value files: that it is complete, that nothing else is in it, and
// that it is safe to read. The error unwraps to [ErrTree] or to one of the
// operating system.
func Open(root string) (*Reader, error) { return open(root, keyspace.DefaultPartLimit) }

func open(path string, limit keyspace.PartLimit) (*Reader, error) {
	root, err := openRoot(filepath.Clean(path))
	var unfit rootError
	if errors.As(err, &unfit) {
		err = errorf(".", -1, "%v", unfit)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	r := &Reader{root: root, limit: limit, counted: make(keyspace.Tally)}
	if err := r.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), root.Close())
	}
	return r, nil
}

// Close ends the use of the directory. Sequences cannot go on after it.
func (r *Reader) Close() error { return r.root.Close() }

// Origin returns what the manifest says about where the keys come from. It does
// not know the size and the checksum of the snapshot.
func (r *Reader) Origin() keyspace.Origin { return r.src }

// Live reports whether the tree was taken from a live store, at a pinned time, and
// not made of a snapshot. A [Writer] writes trees of the second kind only.
func (r *Reader) Live() bool { return r.live }

// Counted returns the notes that are only counted: orphan_ttl for the lines of
// sidecars without a key. It is complete from the start.
func (r *Reader) Counted() keyspace.Tally { return maps.Clone(r.counted) }

// Functions returns nothing: a tree has no functions.
func (r *Reader) Functions() []string { return nil }

// Others returns the number of files of other adapters, which are not read.
func (r *Reader) Others() int64 { return r.others }

// Keys returns the keys of the tree, ascending by database and name, and calls
// note, unless it is nil, with each note. The files are read as the sequence
// goes; no part of a file is delivered before its checksum was right. An error
// unwraps to [ErrTree] or to one of the operating system. Keys may be called
// again for a fresh sequence.
func (r *Reader) Keys(note func(keyspace.Note)) keyspace.Seq {
	if note == nil {
		note = func(keyspace.Note) {}
	}
	return func(yield func(keyspace.Key, error) bool) {
		for i := range r.dbs {
			d := delivery{r: r, db: &r.dbs[i], note: note, yield: yield}
			err := d.run()
			if errors.Is(err, errStopped) {
				return
			}
			if err != nil {
				yield(keyspace.Key{}, err)
				return
			}
		}
	}
}

// errStopped says that the receiver of a sequence wants no more.
var errStopped = errors.New("stopped")

// delivery delivers the keys of one database.
type delivery struct {
	r     *Reader
	db    *database
	note  func(keyspace.Note)
	yield func(keyspace.Key, error) bool
	dirs  [len(families)]*os.Root
}

func (d *delivery) run() (err error) {
	defer func() {
		for _, dir := range d.dirs {
			if dir != nil {
				err = errors.Join(err, dir.Close())
			}
		}
	}()
	for i, f := range families {
		if len(d.db.files[i]) == 0 {
			continue
		}
		if d.dirs[i], err = d.r.root.OpenRoot(dbDir(d.db.number) + "/" + f.dir); err != nil {
			return fmt.Errorf("read %s/%s: %w", dbDir(d.db.number), f.dir, err)
		}
	}
	// A merge of the families by name: the first family that has the smallest
	// name is preferred, the others are hidden by it.
	var next [len(families)]int
	for {
		first := -1
		for i, files := range d.db.files {
			if next[i] < len(files) && (first < 0 || files[next[i]].name < d.db.files[first][next[first]].name) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		file := d.db.files[first][next[first]]
		for i, files := range d.db.files {
			if i > first && next[i] < len(files) && files[next[i]].name == file.name {
				if err := d.shadowed(i, files[next[i]], families[first]); err != nil {
					return err
				}
				next[i]++
			}
		}
		next[first]++
		if err := d.key(first, file); err != nil {
			return err
		}
	}
}

// open opens the file of a key.
func (d *delivery) open(family int, file valueFile) (*input, error) {
	f := families[family]
	name := Segment(file.name) + f.ext
	return openInput(d.dirs[family], name, dbDir(d.db.number)+"/"+f.dir+"/"+name, file.sum)
}

// shadowed notes a file that the one of a preferred type hides, and checks it.
func (d *delivery) shadowed(family int, file valueFile, by family) error {
	in, err := d.open(family, file)
	if err != nil {
		return err
	}
	if err := errors.Join(in.verify(nil), in.close()); err != nil {
		return err
	}
	d.noteKey(keyspace.NoteShadowed, file.name, families[family].typ, nil, "hidden by the "+by.typ.String()+" of the same name")
	return nil
}

func (d *delivery) noteKey(kind keyspace.NoteKind, name string, typ keyspace.Type, element *string, detail string) {
	d.note(keyspace.Note{
		Kind: kind, DB: d.db.number, Name: name, Type: typ, Element: element, Offset: -1, Detail: detail,
	})
}

// key delivers a key. The first pass over its file checks it; it keeps what it
// read as long as that is one part. A larger file is read again for its parts,
// which need the members that stand behind the elements.
func (d *delivery) key(family int, file valueFile) error {
	in, err := d.open(family, file)
	if err != nil {
		return err
	}
	err = d.keyOf(in, families[family], file)
	return errors.Join(err, in.close())
}

func (d *delivery) keyOf(in *input, f family, file valueFile) error {
	k := keyspace.Key{DB: d.db.number, Name: file.name, ExpireAt: file.expiry.at}
	v, large := newValue(f.typ), false
	a, err := v.parse(in, &parts{limit: d.r.limit, cut: func() error {
		large = true
		v.take(attributes{})
		return nil
	}})
	if err := in.verify(err); err != nil {
		return err
	}
	if f.sidecar == "" {
		k.ExpireAt = a.expireAt
	}
	if file.expiry.differs {
		d.noteKey(keyspace.NoteDuplicate, file.name, f.typ, nil,
			fmt.Sprintf("lines of %s differ; the last one, %s, counts", f.sidecar, file.expiry.at))
	}
	if a.counter != "" {
		d.noteKey(keyspace.NoteCounter, file.name, f.typ, nil, a.counter)
	}
	if a.behind != "" {
		d.noteKey(keyspace.NoteLastID, file.name, f.typ, nil, a.behind)
	}
	if !large {
		k.Value = v.take(a)
		return d.deliver(k)
	}
	if err := in.rewind(); err != nil {
		return err
	}
	v = newValue(f.typ)
	again, err := v.parse(in, &parts{limit: d.r.limit, cut: func() error {
		k.Value, k.More = v.take(a), true
		err := d.deliver(k)
		k.Part++
		return err
	}})
	if err := in.verify(err); err != nil {
		return err
	}
	if again != a {
		return errorf(in.path, -1, "the file was changed while it was read")
	}
	k.Value, k.More = v.take(a), false
	return d.deliver(k)
}

// deliver yields a part, or notes a collection that no Redis can hold.
func (d *delivery) deliver(k keyspace.Key) error {
	if k.Value.Len() == 0 && emptyValue(k.Value.Type()) != nil {
		d.noteKey(keyspace.NoteEmpty, k.Name, k.Value.Type(), nil, "")
		return nil
	}
	if s, ok := k.Value.(keyspace.Stream); ok {
		d.noteEntries(k.Name, s.Entries)
	}
	if !d.yield(k, nil) {
		return errStopped
	}
	return nil
}

// noteEntries notes the entries that no Redis can hold; they stay in the key.
func (d *delivery) noteEntries(name string, entries []keyspace.Entry) {
	for _, e := range entries {
		var detail string
		switch {
		case e.ID.IsZero():
			detail = "the entry has ID 0-0"
		case len(e.Pairs) == 0:
			detail = "the entry has no fields"
		}
		if detail != "" {
			id := e.ID.String()
			d.noteKey(keyspace.NoteUnrepresentable, name, keyspace.TypeStream, &id, detail)
		}
	}
}

// drain reads a whole small file.
func drain(in *input, limit int64) ([]byte, error) {
	if in.size > limit {
		return nil, errorf(in.path, -1, "%d bytes are too many", in.size)
	}
	text, err := io.ReadAll(in)
	if err := in.verify(err); err != nil {
		return nil, err
	}
	return text, nil
}

// sortFiles sorts files by name; names are unique because segments are (R1).
func sortFiles(files []valueFile) {
	slices.SortFunc(files, func(a, b valueFile) int { return strings.Compare(a.name, b.name) })
}
