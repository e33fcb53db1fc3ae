package fsmlayout

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawHyperLogLog(name string) encoding {
	v, _ := b.Value(keyspace.TypeHyperLogLog).(keyspace.HyperLogLog)
	k := fsmtest.HyperLogLog(name)
	e := encoding{value: v, rank: rankHyperLogLog}
	switch l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeHyperLogLog)).Draw(b.T, "layout"); {
	case l.Form == fsmtest.FormLegacy:
		b.Feature("hyperloglog legacy")
		e.rows = []fsmtest.Row{k.Legacy(v...)}
		if len(v) == 0 && b.OneIn(2, "no bytes") {
			b.Feature("hyperloglog without bytes")
			e.rows[0].Body = nil
		}
	case b.OneIn(2, "embedded expire time"):
		b.Feature("hyperloglog current")
		ms := b.ExpireMs()
		e.own, e.ownMs, e.rows = true, &ms, []fsmtest.Row{k.RowExpiring(ms, v...)}
	default:
		b.Feature("hyperloglog current")
		e.own, e.rows = true, []fsmtest.Row{k.Row(v...)}
	}
	return e
}

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
