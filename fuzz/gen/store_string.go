package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// stringValue returns 10 to 100 bytes; one in eight is not text. Rows without
// envelope hold text, which no envelope starts with.
func (p plan) stringValue() string {
	r := p.element(0)
	if p.form != fsmtest.FormCurrent {
		return r.text(10, 100)
	}
	return r.value(10, 100)
}

func (e *emitter) strings() {
	e.each(keyspace.TypeString, func(p plan) {
		k := fsmtest.String(p.name)
		switch {
		case p.form == fsmtest.FormBare:
		case p.form == fsmtest.FormLegacy:
			e.put(p, p.rng, false, k.Legacy(p.stringValue()))
		case p.expireAtMs != 0:
			e.put(p, p.rng, false, k.RowExpiring(p.stringValue(), p.expireAtMs))
		default:
			e.put(p, p.rng, false, k.Row(p.stringValue()))
		}
	})
}

func (e *emitter) bareStrings() {
	e.each(keyspace.TypeString, func(p plan) {
		if p.form == fsmtest.FormBare {
			e.put(p, p.rng, false, fsmtest.String(p.name).Bare(p.stringValue()))
		}
	})
}
