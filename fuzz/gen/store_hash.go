package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// field returns the field in slot j; names ascend with j. Rows that hold a
// whole hash hold text.
func (p plan) field(j int64) keyspace.Field {
	r := p.element(j)
	name := append(appendDigits(append(make([]byte, 0, 20), 'f'), j, 9), ':')
	f := keyspace.Field{Name: string(r.appendText(name, r.below(8)))}
	if p.form == fsmtest.FormCurrent {
		f.Value = r.value(4, 40)
	} else {
		f.Value = r.text(4, 40)
	}
	return f
}

func (e *emitter) hashFields() {
	e.eachSlot(keyspace.TypeHash, func(p plan, j int64) {
		f := p.field(j)
		e.put(p, p.element(j), p.gone(j), fsmtest.Hash(p.name).Field(f.Name, f.Value))
	})
}

func (e *emitter) hashMetas() {
	e.each(keyspace.TypeHash, func(p plan) {
		if p.metaBytes != 0 {
			e.put(p, p.rng, false, fsmtest.Hash(p.name).Meta16(p.elements+int64(p.deltas), p.expireAtMs))
		}
	})
}

func (e *emitter) hashDeltas() {
	e.each(keyspace.TypeHash, func(p plan) { e.deltas(p, fsmtest.Hash(p.name).Delta) })
}

func (e *emitter) hashBlobs() {
	e.each(keyspace.TypeHash, func(p plan) {
		if p.form == fsmtest.FormLegacy {
			e.put(p, p.rng, false, fsmtest.Hash(p.name).Blob(collect[keyspace.Hash](p, p.field)...))
		}
	})
}
