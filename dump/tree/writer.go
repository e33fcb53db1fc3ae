package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"redrill/keyspace"
)

const (
	dirMode  = 0o700 // names of files are names of keys
	fileMode = 0o600

	valueBufferBytes  = 64 << 10
	appendBufferBytes = 4 << 10
)

// Writer writes a tree. It is not safe for concurrent use.
type Writer struct {
	root    *os.Root
	path    string
	created bool // the root directory is ours
	opts    Options
	err     error // the first error; every later call returns it
	done    bool

	seq    sequence
	losses Losses
	sums   sums
	dirs   map[string]bool

	value    *out   // file of the current key; nil between keys
	dir      string // of its database
	elements uint64 // of the current key, written so far
	largest  keyspace.ID

	appended   map[string]*out // sidecars and KEYMAPs, by path
	appendedDB int             // the database whose files of them may be open
	open       []*out          // those that are open
}

// Losses says what a tree does not hold, or holds in a way that the store's own
// encoder does not take. It is never more than what was given to the writer.
type Losses struct {
	// NaNScores counts members of sorted sets that were left out: the layout
	// has no NaN.
	NaNScores int64
	// MaxDeletedIDs counts streams whose max deleted ID was left out.
	MaxDeletedIDs int64
	// LastIDs counts streams whose last ID was behind their largest entry. The
	// tree has the ID of that entry, which is what a restore would make of it.
	LastIDs int64
	// EpochExpiries counts keys whose expire time is 0 ms. The tree says 0; the
	// store's encoder would make such a key permanent.
	EpochExpiries int64
	// NotUTF8 counts elements of HyperLogLogs and entries of streams with bytes
	// that are not UTF-8. The tree has them; the store keeps both in messages
	// that cannot hold them.
	NotUTF8 int64
	// OtherDatabases counts keys outside database 0. They are in the tree; the
	// store's encoder refuses it.
	OtherDatabases int64
	// Notes counts what was noted and has no place in the tree. Empty
	// collections do: they have files without elements.
	Notes keyspace.Tally
}

// Create starts a tree in the directory root, which must be empty or not exist;
// its parent must. A symbolic link is refused.
func Create(root string, opts Options) (*Writer, error) {
	if err := opts.check(); err != nil {
		return nil, fmt.Errorf("create %s: %w", root, err)
	}
	path := filepath.Clean(root)
	created := true
	if err := os.Mkdir(path, dirMode); errors.Is(err, fs.ErrExist) {
		created = false
	} else if err != nil {
		return nil, fmt.Errorf("create %s: %w", root, err)
	}
	dir, err := openRoot(path)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", root, err)
	}
	if err := checkEmpty(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("create %s: %w", root, err), dir.Close())
	}
	return &Writer{
		root: dir, path: path, created: created, opts: opts,
		sums:     sums{root: dir},
		losses:   Losses{Notes: make(keyspace.Tally)},
		dirs:     make(map[string]bool),
		appended: make(map[string]*out),
	}, nil
}

// checkEmpty refuses a directory with anything in it.
func checkEmpty(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	names, err := f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err == nil && len(names) > 0 {
		err = errors.New("the directory is not empty")
	}
	return errors.Join(err, f.Close())
}

// Losses returns what the tree does not hold so far. Its tally is the caller's.
func (w *Writer) Losses() Losses {
	l := w.losses
	l.Notes = maps.Clone(l.Notes)
	return l
}

// Key writes k, a key or the next part of one. Parts must be consecutive and
// agree on the members of the key, elements must be in the canonical order of
// their type, across the parts of an unordered collection too; anything else is
// an error, and so are a second key of the same name and type and an expire
// time before 1970.
func (w *Writer) Key(k keyspace.Key) error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := w.seq.next(k); err != nil {
		return w.fail(fmt.Errorf("write key %q: %w", k.Name, err))
	}
	if err := w.key(k); err != nil {
		return w.fail(fmt.Errorf("write key %q: %w", k.Name, err))
	}
	return nil
}

func (w *Writer) key(k keyspace.Key) error {
	if what := homeless(k.Value); what != "" {
		return fmt.Errorf("a tree has no place for %s: write a JSON Lines dump", what)
	}
	f := familyOf(k.Value.Type())
	if k.Part == 0 {
		if err := w.begin(k, f); err != nil {
			return err
		}
	}
	w.body(k.Value)
	if k.More {
		return w.value.err
	}
	return w.end(k, f)
}

// homeless names what of a value the layout has no place for: the store has no such
// thing.
func homeless(v keyspace.Value) string {
	switch v := v.(type) {
	case keyspace.Hash:
		if slices.ContainsFunc(v, func(f keyspace.Field) bool { return f.ExpireAt != keyspace.ExpireAt{} }) {
			return "expire times of fields"
		}
	case keyspace.Stream:
		if len(v.Groups) > 0 {
			return "consumer groups"
		}
	case keyspace.Array:
		return "arrays"
	case keyspace.Opaque:
		return "values of modules"
	case keyspace.String, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.HyperLogLog:
	}
	return ""
}

// begin creates the file of a key and writes what stands before its elements.
func (w *Writer) begin(k keyspace.Key, f family) error {
	if k.DB != 0 {
		w.losses.OtherDatabases++
	}
	if k.ExpireAt == keyspace.ExpireAtMs(0) {
		w.losses.EpochExpiries++
	}
	w.dir = dbDir(k.DB)
	if err := w.mkdir(redisDir, w.dir, w.dir+"/"+f.dir); err != nil {
		return err
	}
	seg := Segment(k.Name)
	value, err := w.create(w.dir + "/" + f.dir + "/" + seg + f.ext)
	if err != nil {
		return err
	}
	w.value, w.elements, w.largest = value, 0, keyspace.ID{}
	if err := w.keymap(k, seg); err != nil {
		return err
	}
	if _, expires := k.ExpireAt.Ms(); expires && f.sidecar != "" {
		if err := w.expiryLine(k, f, seg); err != nil {
			return err
		}
	}
	w.value.raw(head(f.typ))
	return nil
}

// head is what a file of the type begins with.
func head(typ keyspace.Type) string {
	const version = "{\n  \"format_version\": 1,\n  "
	switch typ {
	case keyspace.TypeString, keyspace.TypeStream:
		return ""
	case keyspace.TypeHyperLogLog:
		return hyperLogLogMagic
	case keyspace.TypeHash:
		return version + `"` + fieldsMember + `": [`
	case keyspace.TypeList:
		return version + `"` + itemsMember + `": [`
	case keyspace.TypeSet, keyspace.TypeZSet:
		return version + `"` + membersMember + `": [`
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return ""
}

// body writes the elements of a part.
func (w *Writer) body(v keyspace.Value) {
	switch v := v.(type) {
	case keyspace.String:
		w.value.raw(string(v))
	case keyspace.Hash:
		w.hash(v)
	case keyspace.List:
		w.list(v)
	case keyspace.Set:
		w.set(v)
	case keyspace.ZSet:
		w.zset(v)
	case keyspace.Stream:
		w.stream(v)
	case keyspace.HyperLogLog:
		w.hyperLogLog(v)
	case keyspace.Array, keyspace.Opaque:
	}
}

// nextElement separates the next element of a collection file from what stands
// before it.
func (w *Writer) nextElement() {
	if w.elements > 0 {
		w.value.raw(",")
	}
	w.value.raw("\n    ")
	w.elements++
}

// end writes what stands behind the elements and closes the file.
func (w *Writer) end(k keyspace.Key, f family) error {
	switch v := k.Value.(type) {
	case keyspace.String, keyspace.HyperLogLog:
	case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet:
		if w.elements > 0 {
			w.value.raw("\n  ")
		}
		w.value.raw("],\n  \"expire_at_ms\": ")
		w.value.expiry(k.ExpireAt)
		w.value.raw("\n}")
	case keyspace.Stream:
		w.streamMeta(v, k.ExpireAt)
	case keyspace.Array, keyspace.Opaque:
	}
	value := w.value
	w.value = nil
	return w.finish(value)
}

// Note takes a note. An empty collection gets a file without elements and
// without expire time, as the published decoder writes it; other notes have no
// place in a tree and are counted in [Losses].
func (w *Writer) Note(n keyspace.Note) error {
	if err := w.usable(); err != nil {
		return err
	}
	empty := emptyValue(n.Type)
	if n.Kind != keyspace.NoteEmpty || empty == nil {
		w.losses.Notes[n.Kind]++
		return nil
	}
	if w.value != nil {
		return w.fail(fmt.Errorf("write empty key %q: between the parts of another key", n.Name))
	}
	return w.Key(keyspace.Key{DB: n.DB, Name: n.Name, Value: empty})
}

// emptyValue returns a collection that Redis cannot hold, or nil.
func emptyValue(typ keyspace.Type) keyspace.Value {
	switch typ {
	case keyspace.TypeHash:
		return keyspace.Hash{}
	case keyspace.TypeList:
		return keyspace.List{}
	case keyspace.TypeSet:
		return keyspace.Set{}
	case keyspace.TypeZSet:
		return keyspace.ZSet{}
	case keyspace.TypeString, keyspace.TypeStream, keyspace.TypeHyperLogLog:
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

// Count adds n to the losses of a kind that is only counted.
func (w *Writer) Count(kind keyspace.NoteKind, n int64) {
	if n != 0 {
		w.losses.Notes[kind] += n
	}
}

func (w *Writer) usable() error {
	if w.err == nil && w.done {
		w.err = fmt.Errorf("write %s: %w", w.path, fs.ErrClosed)
	}
	return w.err
}

func (w *Writer) fail(err error) error {
	w.err = err
	return err
}
