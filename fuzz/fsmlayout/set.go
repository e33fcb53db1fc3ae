package fsmlayout

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

func (b *builder) drawSet(name string) encoding {
	v, _ := b.Value(keyspace.TypeSet).(keyspace.Set)
	k := fsmtest.Set(name)
	return b.drawWide(name, v, wide{
		names: v, rank: rankSet, blobRank: rankSetBlob, delta: k.Delta, hidden: k.Blob("hidden"),
		blob:       func() (fsmtest.Row, bool) { return blob(b, v, func(s string) string { return s }, k.Blob) },
		deletedRow: func(name string) []fsmtest.Row { return []fsmtest.Row{k.Member(name)} },
	})
}

// member returns the member in slot j; they ascend with j.
func (p plan) member(j int64) string {
	r := p.element(j)
	name := append(appendDigits(append(make([]byte, 0, 32), 'm'), j, 9), ':')
	return string(r.appendText(name, r.below(20)))
}
