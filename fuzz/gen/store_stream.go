package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// id returns the ID of the entry in slot j: four entries in a millisecond.
func (p plan) id(j int64) keyspace.ID {
	return keyspace.ID{Ms: p.ts>>16 + uint64(j)/4, Seq: uint64(j) % 4}
}

func (p plan) entry(j int64) keyspace.Entry {
	r := p.element(j)
	entry := keyspace.Entry{ID: p.id(j), Pairs: make([]keyspace.Pair, 1+r.below(3))}
	for i := range entry.Pairs {
		entry.Pairs[i] = keyspace.Pair{Field: r.text(1, 8), Value: r.text(4, 30)}
	}
	return entry
}

// trimmed returns the trim cursor: the last deleted entry.
func (p plan) trimmed() (id keyspace.ID) {
	if n := p.elements / 10; n > 0 {
		id = p.id(n - 1)
	}
	return id
}

func (p plan) stream() keyspace.Stream {
	return keyspace.Stream{
		Entries: collect[[]keyspace.Entry](p, p.entry), LastID: p.id(p.slots() - 1), MaxDeletedID: p.trimmed(),
	}
}

func (e *emitter) streamEntries() {
	e.eachSlot(keyspace.TypeStream, func(p plan, j int64) {
		e.put(p, p.element(j), p.gone(j), fsmtest.Stream(p.name).Entry(p.entry(j)))
	})
}

func (e *emitter) streamMetas() {
	e.each(keyspace.TypeStream, func(p plan) {
		row := fsmtest.Stream(p.name).Meta48(p.elements, p.id(p.slots()-1), p.expireAtMs, p.trimmed())
		e.put(p, p.rng, false, row)
	})
}
