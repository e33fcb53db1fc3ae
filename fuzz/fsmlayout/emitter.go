package fsmlayout

import (
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// emitter writes the rows of a store, family after family. After an error it
// writes nothing.
type emitter struct {
	s   Store
	w   *fsmtest.Writer
	err error
}

// each calls write for every key of a type, names ascending.
func (e *emitter) each(t keyspace.Type, write func(p plan)) {
	for i := range e.s.slots(t) {
		if e.err != nil {
			return
		}
		write(e.s.plan(t, i))
	}
}

// eachSlot calls write for every element of the keys of a type that are not in
// one row.
func (e *emitter) eachSlot(t keyspace.Type, write func(p plan, j int64)) {
	e.each(t, func(p plan) {
		if p.form != fsmtest.FormCurrent {
			return
		}
		for j := range p.slots() {
			if e.err != nil {
				return
			}
			write(p, j)
		}
	})
}

// put writes a row in one or two versions: a deleted one is a tombstone, half
// of the time above what it deleted; one live row in five has an older version
// with another body.
func (e *emitter) put(p plan, r rng, deleted bool, row fsmtest.Row) {
	draw := r.Uint64()
	switch {
	case p.dead || deleted:
		e.record(row.DeletedAt(p.ts + 1<<24))
		if draw&1 == 0 {
			e.record(row.At(p.ts))
		}
	case draw%5 == 0:
		e.record(row.At(p.ts))
		row.Body = slices.Clone(row.Body)
		for i := range row.Body {
			row.Body[i] ^= 0x20
		}
		e.record(row.At(p.ts - 1<<24))
	default:
		e.record(row.At(p.ts))
	}
}

func (e *emitter) record(r fsmtest.Record) {
	if e.err == nil {
		e.err = e.w.Write(r)
	}
}

// foreign writes rows of other services and of the shard catalog, if the store
// has them. What they hold is made up: no node can load it.
func (e *emitter) foreign() {
	if !e.s.ForeignRows {
		return
	}
	for _, prefix := range []string{"!ddb|item|", "!ddb|meta|table|", "!dist|delta|", "!dist|meta|", "!dist|route|"} {
		e.record(fsmtest.OtherRow(prefix, "v1", "made up").At(storeBaseMs << 16))
	}
}

func (e *emitter) operational() {
	for _, r := range fsmtest.MetaRecords(storeLastTS, uint64(e.s.N)) {
		e.record(r)
	}
}

// ttls writes the TTL index of all types.
func (e *emitter) ttls() {
	for _, t := range nameOrder {
		e.each(t, func(p plan) {
			if p.expireAtMs != 0 {
				e.put(p, p.rng.at(-2), false, fsmtest.TTL(p.name, p.expireAtMs))
			}
		})
	}
}

// fences writes the conflict fences of all keys: they outlive their keys.
func (e *emitter) fences() {
	for f := range 4 {
		for _, t := range nameOrder {
			e.each(t, func(p plan) { e.record(fsmtest.Fences(p.name)[f].At(p.ts)) })
		}
	}
}
