package fsmlayout

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// families write their rows in the order of the file.
var families = [...]func(e *emitter){
	(*emitter).foreign,
	elements(keyspace.TypeHash, func(p plan, j int64) fsmtest.Row {
		f := p.field(j)
		return fsmtest.Hash(p.name).Field(f.Name, f.Value)
	}),
	metas(keyspace.TypeHash, func(p plan) fsmtest.Row { return fsmtest.Hash(p.name).Meta16(p.stored(), p.expireAtMs) }),
	deltas(keyspace.TypeHash, func(p plan) delta { return fsmtest.Hash(p.name).Delta }),
	(*emitter).listClaims,
	elements(keyspace.TypeList, func(p plan, j int64) fsmtest.Row {
		return fsmtest.List(p.name).Item(p.head+j, p.listElement(j))
	}),
	(*emitter).listDeltas,
	metas(keyspace.TypeList, func(p plan) fsmtest.Row {
		head, n := p.firstSeq()-int64(p.deltas), p.stored()
		return fsmtest.List(p.name).Meta32(head, head+n, n, p.expireAtMs)
	}),
	blobs(keyspace.TypeHash, func(p plan) fsmtest.Row {
		return fsmtest.Hash(p.name).Blob(collect[keyspace.Hash](p, p.field)...)
	}),
	(*emitter).hyperLogLogs,
	blobs(keyspace.TypeSet, func(p plan) fsmtest.Row {
		return fsmtest.Set(p.name).Blob(collect[keyspace.Set](p, p.member)...)
	}),
	(*emitter).strings, (*emitter).ttls, (*emitter).fences,
	blobs(keyspace.TypeZSet, func(p plan) fsmtest.Row {
		return fsmtest.ZSet(p.name).Blob(collect[keyspace.ZSet](p, p.scored)...)
	}),
	elements(keyspace.TypeStream, func(p plan, j int64) fsmtest.Row { return fsmtest.Stream(p.name).Entry(p.entry(j)) }),
	metas(keyspace.TypeStream, func(p plan) fsmtest.Row {
		return fsmtest.Stream(p.name).Meta48(p.stored(), p.id(p.slots()-1), p.expireAtMs, p.trimmed())
	}),
	elements(keyspace.TypeSet, func(p plan, j int64) fsmtest.Row { return fsmtest.Set(p.name).Member(p.member(j)) }),
	metas(keyspace.TypeSet, func(p plan) fsmtest.Row { return fsmtest.Set(p.name).Meta16(p.stored(), p.expireAtMs) }),
	deltas(keyspace.TypeSet, func(p plan) delta { return fsmtest.Set(p.name).Delta }),
	elements(keyspace.TypeZSet, func(p plan, j int64) fsmtest.Row {
		m := p.scored(j)
		return fsmtest.ZSet(p.name).Member(m.Name, m.Score)
	}),
	metas(keyspace.TypeZSet, func(p plan) fsmtest.Row { return fsmtest.ZSet(p.name).Meta16(p.stored(), p.expireAtMs) }),
	deltas(keyspace.TypeZSet, func(p plan) delta { return fsmtest.ZSet(p.name).Delta }),
	(*emitter).zsetScores, (*emitter).operational, (*emitter).bareStrings,
}

// delta returns a row that changes the length of a key by n.
type delta = func(ts uint64, seq uint32, n int64) fsmtest.Row

// elements writes a row for each element of the keys that are not in one row.
func elements(t keyspace.Type, row func(p plan, j int64) fsmtest.Row) func(e *emitter) {
	return func(e *emitter) {
		e.eachSlot(t, func(p plan, j int64) { e.put(p, p.element(j), p.gone(j), row(p, j)) })
	}
}

// metas writes the meta rows of the keys that have one.
func metas(t keyspace.Type, row func(p plan) fsmtest.Row) func(e *emitter) {
	return func(e *emitter) {
		e.each(t, func(p plan) {
			if p.metaBytes != 0 {
				e.put(p, p.rng, false, row(p))
			}
		})
	}
}

// blobs writes the rows that hold all of a key.
func blobs(t keyspace.Type, row func(p plan) fsmtest.Row) func(e *emitter) {
	return func(e *emitter) {
		e.each(t, func(p plan) {
			if p.blob() {
				e.put(p, p.rng, false, row(p))
			}
		})
	}
}

// deltas writes the delta rows of keys that are not in one row. With a meta row
// each removes one element; without, the first one adds all.
func deltas(t keyspace.Type, of func(p plan) delta) func(e *emitter) {
	return func(e *emitter) {
		e.each(t, func(p plan) {
			for i := range int64(p.deltas) {
				n := int64(-1)
				if i == 0 && p.metaBytes == 0 {
					n = p.stored() - 1
				}
				e.put(p, p.rng.at(-3-i), false, of(p)(p.ts, uint32(i), n))
			}
		})
	}
}
