package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
	"redrill/verify/internal/wire"
)

// Bounds of the naming pass: hashes of names held at a time, and extra names
// remembered so that a repeated one is reported once.
const (
	nameTable     = 4 << 20
	deferredKeys  = 1000
	deferredNames = 4 << 20
)

// extraElements is a key in parts that holds more elements than expected.
type extraElements struct {
	st      *keyState
	verdict Verdict // if none of them shows
}

// nameLater leaves the naming of extra elements of a key in parts to the naming
// pass, which reads the source again, and with it the verdict on the key.
func (r *run) nameLater(st *keyState, verdict Verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.extras = append(r.extras, extraElements{st, verdict})
}

// nameDeferred names the extra elements of keys in parts, and judges the keys.
// Keys beyond the bounds are reported with a count only.
func (r *run) nameDeferred(ctx context.Context, c *wire.Connection, total *tally) error {
	wanted := map[uint64]*nameSet{}
	room := deferredNames
	for _, e := range r.extras {
		if len(wanted) < deferredKeys && int(e.st.Want) <= room {
			room -= int(e.st.Want)
			wanted[nameHash(r.opts.Seed, e.st.DB, e.st.Name)] = newNameSet(int(e.st.Want))
		}
	}
	if len(wanted) > 0 {
		if err := r.collectElements(ctx, wanted); err != nil {
			return err
		}
	}
	for _, e := range r.extras {
		var err error
		st := &compare.State{DB: e.st.DB, Name: e.st.Name, Type: e.st.Type}
		if set := wanted[nameHash(r.opts.Seed, e.st.DB, e.st.Name)]; set != nil {
			known := func(name string) bool { return set.has(compare.MurmurHash64A(name, r.opts.Seed)) }
			err = compare.NameElements(ctx, c, st, e.st.Want+e.st.Deferred, e.st.Deferred, known)
		} else {
			err = compare.CountElements(ctx, c, st, e.st.Want+e.st.Deferred, e.st.Deferred, e.st.Present)
		}
		if errors.Is(err, wire.ErrEndless) {
			r.invalid("%s: %s", st.Path(), err)
		} else if err != nil {
			return err
		}
		if diffs := st.Differences(); len(diffs) > 0 {
			e.verdict = VerdictDifferent
			r.report(diffs)
		}
		total.judged(e.st, e.verdict)
	}
	return nil
}

// collectElements reads the source again for the element names of some keys.
func (r *run) collectElements(ctx context.Context, wanted map[uint64]*nameSet) error {
	return r.again(ctx, func(k keyspace.Key) {
		set := wanted[nameHash(r.opts.Seed, k.DB, k.Name)]
		if set == nil {
			return
		}
		k, _ = aliveAt(k, r.opts.AsOfMs) // another field that shows is one too many
		for _, e := range compare.Elements(k.Value) {
			set.add(compare.MurmurHash64A(e.Name, r.opts.Seed))
		}
	}, func(keyspace.Note) {})
}

// again reads the source once more.
func (r *run) again(ctx context.Context, each func(keyspace.Key), note func(keyspace.Note)) error {
	src, err := r.open()
	if err != nil {
		return fmt.Errorf("open the source again: %w", err)
	}
	for k, err := range src.Keys(note) {
		if err != nil {
			return fmt.Errorf("read the source again: %w", err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		each(k)
	}
	return nil
}

// nameExtraKeys enumerates databases and reports every key that the source does
// not hold. Names are looked up by their hashes, in as many passes over the
// source and the databases as keep the table bounded. In every database one
// key of the source is hidden from the table and must be named (V6).
//
// Sizes are the numbers of keys of the databases. An enumeration that does not
// come to an end makes the run invalid.
func (r *run) nameExtraKeys(ctx context.Context, c *wire.Connection, databases map[int]bool, sizes map[int]int64) (named int64, err error) {
	hidden := map[int]string{}
	caught := map[int]bool{}
	for db := range databases {
		if name, ok := r.canaries.Hidden(db); ok {
			hidden[db] = name
		}
	}
	passes := uint64(r.res.Keys/nameTable + 1)
	for pass := range passes {
		set, err := r.namesOfPass(ctx, databases, hidden, pass, passes)
		if err != nil {
			return named, err
		}
		for _, db := range slices.Sorted(maps.Keys(databases)) {
			planted, isPlanted := hidden[db]
			_, err := wire.Scan(ctx, c, db, 1, sizes[db], func(name string) bool {
				h := nameHash(r.opts.Seed, db, name)
				switch {
				case h%passes != pass || set.has(h):
				case isPlanted && name == planted:
					caught[db] = true
				case named < nameTable: // the rest is counted
					set.add(h) // SCAN may repeat a name
					named++
					if l := r.live; l != nil && len(l.names) < liveNames {
						l.names = append(l.names, extraName{db, name})
					} else {
						r.reportExtra(ctx, c, db, name)
					}
				}
				return true
			}, "SCAN")
			if errors.Is(err, wire.ErrEndless) {
				r.invalid("database %d: %s", db, err)
				return named, nil
			}
			if err != nil {
				return named, err
			}
		}
	}
	for db, name := range hidden {
		if !caught[db] && r.live != nil {
			if there, err := existing(ctx, c, []extraName{{db, name}}); err != nil {
				return named, err
			} else if len(there) == 0 { // somebody has deleted it
				r.canaries.Withdrawn()
				continue
			}
		}
		r.canaries.Unhidden(name, caught[db])
	}
	return named, nil
}

// namesOfPass returns the hashes of the expected names that belong to a pass,
// without the hidden ones.
func (r *run) namesOfPass(ctx context.Context, databases map[int]bool, hidden map[int]string, pass, passes uint64) (*nameSet, error) {
	set := newNameSet(int(r.res.Keys/int64(passes)) + 1)
	put := func(db int, name string) {
		if planted, ok := hidden[db]; ok && name == planted {
			return
		}
		if h := nameHash(r.opts.Seed, db, name); databases[db] && h%passes == pass {
			set.add(h)
		}
	}
	err := r.again(ctx, func(k keyspace.Key) {
		if k.Part == 0 {
			put(k.DB, k.Name)
		}
	}, func(n keyspace.Note) {
		if n.Kind.Meaning().InPlace {
			put(n.DB, n.Name)
		}
	})
	return set, err
}

// reportExtra reports one key that the source does not hold.
func (r *run) reportExtra(ctx context.Context, c *wire.Connection, db int, name string) {
	var q wire.Round
	typ := ""
	s := q.Add(0, "TYPE", &name)
	if err := q.Exec(ctx, c, db); err == nil { // the type is an extra; the next step meets the error
		got := q.Reply(s)
		if text, ok := got.Bulk(); ok {
			typ = string(text.B)
		}
	}
	r.report([]Difference{{Kind: KindExtra, DB: db, Key: Bytes(name), Type: typ, Path: compare.KeyPath(name)}})
}

// nameSet is a set of 64-bit hashes with open addressing: eight bytes per slot
// and no pointers.
type nameSet struct {
	slots []uint64
	n     int
	zero  bool // the hash 0 is in the set
}

func newNameSet(n int) *nameSet {
	size := 16
	for size < 2*n {
		size *= 2
	}
	return &nameSet{slots: make([]uint64, size)}
}

func (s *nameSet) find(h uint64) int {
	mask := uint64(len(s.slots) - 1)
	i := (h * 0x9e3779b97f4a7c15 >> 20) & mask
	for s.slots[i] != 0 && s.slots[i] != h {
		i = (i + 1) & mask
	}
	return int(i)
}

func (s *nameSet) has(h uint64) bool {
	if h == 0 {
		return s.zero
	}
	return s.slots[s.find(h)] == h
}

func (s *nameSet) add(h uint64) {
	if h == 0 {
		s.zero = true
		return
	}
	i := s.find(h)
	if s.slots[i] == h {
		return
	}
	s.slots[i] = h
	if s.n++; 4*s.n > 3*len(s.slots) {
		old := s.slots
		s.slots = make([]uint64, 2*len(old))
		for _, h := range old {
			if h != 0 {
				s.slots[s.find(h)] = h
			}
		}
	}
}
