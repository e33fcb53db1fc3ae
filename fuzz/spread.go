package fuzz

import (
	"hash/crc32"
	"slices"

	"redrill/keyspace"
)

// spread is where the keys of a case lie outside of its snapshot, whose format may
// know one database only: in dumps and on servers they stand in all databases that
// there are, by their names. Cases of one round have different turns, so that their
// keys never meet, whatever their names. The zero value leaves them where they are.
type spread struct {
	turn      int // from one case to the next as many databases as a snapshot can hold
	databases int
}

// db returns the database of the key that a snapshot has in another.
func (s spread) db(db int, name string) int {
	if s.databases == 0 {
		return db
	}
	return (s.turn + db + int(crc32.ChecksumIEEE([]byte(name))%uint32(s.databases))) % s.databases
}

func (s spread) key(k keyspace.Key) keyspace.Key {
	k.DB = s.db(k.DB, k.Name)
	return k
}

func (s spread) note(n keyspace.Note) keyspace.Note {
	n.DB = s.db(n.DB, n.Name)
	return n
}

// expectation returns what is expected where it lies.
func (s spread) expectation(e Expectation) Expectation {
	keys, notes := make([]keyspace.Key, len(e.Keys)), make([]keyspace.Note, len(e.Notes))
	for i, k := range e.Keys {
		keys[i] = s.key(k)
	}
	for i, n := range e.Notes {
		notes[i] = s.note(n)
	}
	slices.SortFunc(keys, keyspace.CompareKeys)
	e.Keys, e.Notes = keys, notes
	return e
}

// source returns a source with its keys and notes where they lie.
func (s spread) source(src keyspace.Source) keyspace.Source { return spreadSource{src, s} }

type spreadSource struct {
	keyspace.Source
	spread spread
}

// Keys implements [keyspace.Source].
func (s spreadSource) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for k, err := range s.Source.Keys(func(n keyspace.Note) { note(s.spread.note(n)) }) {
			if err == nil {
				k = s.spread.key(k)
			}
			if !yield(k, err) {
				return
			}
		}
	}
}
