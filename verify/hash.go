package verify

import (
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// planHash asks for the values of the expected fields, and with the last part
// for the number of fields.
func (w *worker) planHash(r *wire.Round, p *part, v keyspace.Hash) {
	if len(v) > 0 {
		p.content = askFields(r, &p.st.name, v)
	}
	if !p.key.More {
		p.length = r.Add(0, "HLEN", &p.st.name)
	}
}

func askFields(r *wire.Round, name *string, v keyspace.Hash) wire.Slot {
	limit := 0
	r.Begin("HMGET", name)
	for i := range v {
		r.Arg(&v[i].Name)
		limit += len(v[i].Value) + wire.PerBulk
	}
	return r.End(limit)
}

// compareFields compares the values of the fields v with the reply to
// askFields. It returns how many fields it could compare: less than all when
// the reply was cut because a value is longer than expected.
func compareFields(st *keyState, v keyspace.Hash, got wire.Reply) (done int, ok bool) {
	n, ok := got.Array()
	if !ok || n != int64(len(v)) {
		return 0, false
	}
	for i := range v {
		value, ok := got.Bulk()
		if !ok || value.Undecided(v[i].Value) {
			return i, got.Cut && i > 0
		}
		compareField(st, &v[i], value)
	}
	return len(v), true
}

func compareField(st *keyState, want *keyspace.Field, got wire.Bulk) {
	if got.Null() {
		st.add(Difference{Kind: KindFieldMissing, Path: fieldPath(st, want.Name),
			Want: excerpt(want.Value, 0, int64(len(want.Value))), WantBytes: int64(len(want.Value))})
		return
	}
	st.present++
	if !got.Equal(want.Value) {
		st.add(valueDifference(KindFieldValue, fieldPath(st, want.Name)+"/value", want.Value, got.B, got.Size))
	}
}

func fieldPath(st *keyState, field string) string { return st.path() + "/field " + quote(field) }

// extraField is the difference for a field that is not expected.
func extraField(st *keyState, field string) Difference {
	return Difference{Kind: KindFieldExtra, Path: fieldPath(st, field)}
}

func alteredHash(v keyspace.Hash, named bool, pick drawer) []altered {
	fresh := keyspace.Field{Name: freshName(pick), Value: "canary"}
	all := []altered{{KindFieldMissing, "/field " + quote(fresh.Name),
		insert(v, fresh, func(f keyspace.Field) string { return f.Name })}}
	if len(v) > 0 {
		i := pick(len(v))
		changed := slices.Clone(v)
		changed[i].Value = alterBytes(v[i].Value, pick)
		path := "/field " + quote(v[i].Name)
		all = append(all, altered{KindFieldValue, path + "/value", changed},
			altered{KindFieldExtra, extraPath(named, path), without(v, i)})
	}
	return all
}
