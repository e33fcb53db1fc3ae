package gen

import (
	"strings"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

func (b *builder) drawString(name string) encoding {
	v := keyspace.String(drawBytes(b.t, "string"))
	l := rapid.SampledFrom(fsmtest.Layouts(keyspace.TypeString)).Draw(b.t, "layout")
	k := fsmtest.String(name)
	e := encoding{value: v, rank: rankString}
	switch {
	case l.Form == fsmtest.FormBare && !looksInternal(name):
		b.feature("string bare")
		e.rank, e.rows = rankBare, []fsmtest.Row{k.Bare(string(v))}
	case l.Form == fsmtest.FormLegacy && l.Holds(keyspace.Key{Value: v}):
		b.feature("string legacy")
		e.rows = []fsmtest.Row{k.Legacy(string(v))}
	default:
		b.feature("string current")
		e.own, e.rows = true, []fsmtest.Row{k.Row(string(v))}
		if b.oneIn(2, "embedded expire time") {
			ms := drawExpireMs(b.t)
			e.ownMs, e.rows = &ms, []fsmtest.Row{k.RowExpiring(string(v), ms)}
		}
	}
	if e.rank == rankString && !looksInternal(name) && b.oneIn(8, "bare below") {
		e.below, e.rows = true, append(e.rows, k.Bare("hidden"))
		b.feature("string bare below")
	}
	return e
}

// looksInternal reports whether a name would be taken for an internal row if
// it stood without prefix.
func looksInternal(name string) bool {
	family, _, found := strings.Cut(name, "|")
	return found && len(family) > 1 && family[0] == '!' && family[1] >= 'a' && family[1] <= 'z'
}
