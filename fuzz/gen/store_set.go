package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// member returns the member in slot j; they ascend with j.
func (p plan) member(j int64) string {
	r := p.element(j)
	name := append(appendDigits(append(make([]byte, 0, 32), 'm'), j, 9), ':')
	return string(r.appendText(name, r.below(20)))
}

func (e *emitter) setMembers() {
	e.eachSlot(keyspace.TypeSet, func(p plan, j int64) {
		e.put(p, p.element(j), p.gone(j), fsmtest.Set(p.name).Member(p.member(j)))
	})
}

func (e *emitter) setMetas() {
	e.each(keyspace.TypeSet, func(p plan) {
		if p.metaBytes != 0 {
			e.put(p, p.rng, false, fsmtest.Set(p.name).Meta16(p.elements+int64(p.deltas), p.expireAtMs))
		}
	})
}

func (e *emitter) setDeltas() {
	e.each(keyspace.TypeSet, func(p plan) { e.deltas(p, fsmtest.Set(p.name).Delta) })
}

func (e *emitter) setBlobs() {
	e.each(keyspace.TypeSet, func(p plan) {
		if p.form == fsmtest.FormLegacy {
			e.put(p, p.rng, false, fsmtest.Set(p.name).Blob(collect[keyspace.Set](p, p.member)...))
		}
	})
}
