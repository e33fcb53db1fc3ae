package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

func (p plan) hyperLogLogElements() []string {
	elements := make([]string, 0, p.elements)
	for j := range p.elements {
		elements = append(elements, p.member(j))
	}
	return elements
}

func (e *emitter) hyperLogLogs() {
	e.each(keyspace.TypeHyperLogLog, func(p plan) {
		k, v := fsmtest.HyperLogLog(p.name), p.hyperLogLogElements()
		row := k.Row(v...)
		switch {
		case p.form == fsmtest.FormLegacy:
			row = k.Legacy(v...)
		case p.expireAtMs != 0:
			row = k.RowExpiring(p.expireAtMs, v...)
		}
		e.put(p, p.rng, false, row)
	})
}
