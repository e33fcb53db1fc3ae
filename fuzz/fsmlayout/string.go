package fsmlayout

import (
	"strings"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawString(name string) encoding {
	v, _ := b.Value(keyspace.TypeString).(keyspace.String)
	l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeString)).Draw(b.T, "layout")
	k := fsmtest.String(name)
	e := encoding{value: v, rank: rankString}
	switch {
	case l.Form == fsmtest.FormBare && !looksInternal(name):
		b.Feature("string bare")
		e.rank, e.rows = rankBare, []fsmtest.Row{k.Bare(string(v))}
	case l.Form == fsmtest.FormLegacy && l.Holds(keyspace.Key{Value: v}):
		b.Feature("string legacy")
		e.rows = []fsmtest.Row{k.Legacy(string(v))}
	default:
		b.Feature("string current")
		e.own, e.rows = true, []fsmtest.Row{k.Row(string(v))}
		if b.OneIn(2, "embedded expire time") {
			ms := b.ExpireMs()
			e.ownMs, e.rows = &ms, []fsmtest.Row{k.RowExpiring(string(v), ms)}
		}
	}
	if e.rank == rankString && !looksInternal(name) && b.OneIn(8, "bare below") {
		e.below, e.rows = true, append(e.rows, k.Bare("hidden"))
		b.Feature("string bare below")
	}
	return e
}

// looksInternal reports whether a name would be taken for an internal row if
// it stood without prefix.
func looksInternal(name string) bool {
	family, _, found := strings.Cut(name, "|")
	return found && len(family) > 1 && family[0] == '!' && family[1] >= 'a' && family[1] <= 'z'
}

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
