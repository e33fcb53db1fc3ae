package source

import (
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"redrill/decoder"
	"redrill/dump/tree"
	"redrill/keyspace"
)

// OpenTree opens a dump directory.
func OpenTree(path string) (*Opened, error) {
	r, err := tree.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o := &Opened{Name: path, About: r.Origin(), close: []func() error{r.Close}}
	o.describe = func() Description {
		d := Description{Lines: []string{"dump directory, its checksums verified"}, LivePinned: r.Live()}
		d.lastCommit(o.About)
		return d
	}
	read := new(atomic.Bool)
	o.keys = func() (keyspace.Source, error) { return treeKeys{r, o.Name, read}, nil }
	return o, nil
}

// treeKeys is one reading of a tree. The checksums that a tree was opened with
// bind every file of every reading; what was right once and is not any more was
// changed. Its errors name the source.
type treeKeys struct {
	*tree.Reader
	name string
	read *atomic.Bool // a reading came to its end
}

// Keys implements [keyspace.Source].
func (s treeKeys) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for k, err := range s.Reader.Keys(note) {
			if err != nil {
				// Every file was there when the tree was opened.
				if s.read.Load() && errors.Is(err, tree.ErrTree) || errors.Is(err, fs.ErrNotExist) {
					err = fmt.Errorf("%w: %w", decoder.ErrChanged, err)
				}
				yield(keyspace.Key{}, fmt.Errorf("%s: %w", s.name, err))
				return
			}
			if !yield(k, nil) {
				return
			}
		}
		s.read.Store(true)
	}
}
