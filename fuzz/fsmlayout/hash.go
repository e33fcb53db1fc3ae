package fsmlayout

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

func (b *builder) drawHash(name string) encoding {
	v, _ := b.Value(keyspace.TypeHash).(keyspace.Hash)
	k := fsmtest.Hash(name)
	return b.drawWide(name, v, wide{
		names: namesOf(v, func(f keyspace.Field) string { return f.Name }),
		rank:  rankHash, blobRank: rankHashBlob, delta: k.Delta, hidden: k.Blob(keyspace.Field{Name: "hidden", Value: "x"}),
		blob: func() (fsmtest.Row, bool) {
			return blob(b, v, func(f keyspace.Field) keyspace.Field { return keyspace.Field{Name: f.Name, Value: "first"} }, k.Blob)
		},
		deletedRow: func(name string) []fsmtest.Row { return []fsmtest.Row{k.Field(name, "gone")} },
	})
}

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
