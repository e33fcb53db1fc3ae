package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawHyperLogLog(name string) encoding {
	v := b.distinct("hyperloglog")
	k := fsmtest.HyperLogLog(name)
	e := encoding{value: keyspace.HyperLogLog(v), rank: rankHyperLogLog}
	switch l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeHyperLogLog)).Draw(b.t, "layout"); {
	case l.Form == fsmtest.FormLegacy:
		b.feature("hyperloglog legacy")
		e.rows = []fsmtest.Row{k.Legacy(v...)}
		if len(v) == 0 && b.oneIn(2, "no bytes") {
			b.feature("hyperloglog without bytes")
			e.rows[0].Body = nil
		}
	case b.oneIn(2, "embedded expire time"):
		b.feature("hyperloglog current")
		ms := drawExpireMs(b.t)
		e.own, e.ownMs, e.rows = true, &ms, []fsmtest.Row{k.RowExpiring(ms, v...)}
	default:
		b.feature("hyperloglog current")
		e.own, e.rows = true, []fsmtest.Row{k.Row(v...)}
	}
	return e
}
