package rdb

import (
	"strconv"

	"redrill/decoder"
)

// twice are the keys that a file has twice.
type twice struct {
	unique *unique
	keys   map[string]bool
}

func newTwice() *twice { return &twice{unique: newUnique(keyHashes)} }

// placeOf names a key over all databases.
func placeOf(db int, name string) string {
	if db == 0 {
		return "0 " + name
	}
	return strconv.Itoa(db) + " " + name
}

func (t *twice) add(db int, name string) {
	t.unique.addUnder(uint64(db), name, func() string { return placeOf(db, name) })
}

func (t *twice) has(db int, name string) bool { return len(t.keys) > 0 && t.keys[placeOf(db, name)] }

// findTwice ends the first pass over the names, and makes others where that has not
// told everything.
func (s *Snapshot) findTwice() error {
	t := s.twice
	for t.unique.pass() {
		w := walk{in: s.start.at(s.begin, readStep), header: s.header, on: silent{}}
		for {
			e, more, err := w.nextKey()
			if err != nil {
				return err
			}
			if !more {
				break
			}
			t.add(e.db, e.name)
			if err := w.skipValue(e); err != nil {
				return err
			}
		}
	}
	if t.unique.overflow {
		return decoder.Errorf(decoder.ErrCorrupt, s.start.off, "more than %d keys occur twice: no server loads such a file", maxSuspects)
	}
	t.keys = map[string]bool{}
	for _, name := range t.unique.twice() {
		t.keys[name] = true
	}
	t.unique = nil
	return nil
}

// silent hears nothing of what stands between keys.
type silent struct{}

func (silent) aux(string, string) error { return nil }
func (silent) function(string) error    { return nil }
func (silent) oldFunction(string) error { return nil }
func (silent) moduleData() error        { return nil }
func (silent) hint(byte) error          { return nil }
func (silent) importing(int64) error    { return nil }
