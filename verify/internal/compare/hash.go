package compare

import (
	"context"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// hashKey compares a hash: it asks for the values of the expected fields, and
// with the last part for the number of fields.
type hashKey struct{}

func (hashKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.Hash)
	if len(v) > 0 {
		p.content = askFields(&q.round, &p.State.Name, v)
	}
	q.planLength(p)
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

func (hashKey) compare(ctx context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.Hash)
	return q.compareOn(ctx, p, len(v),
		func(r *wire.Round, from int) wire.Slot { return askFields(r, &p.State.Name, v[from:]) },
		func(got wire.Reply, from int) (int, bool) { return compareFields(p.State, v[from:], got) })
}

func (hashKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	return q.countExtra(ctx, p)
}

// compareFields compares the values of the fields v with the reply to
// askFields. It returns how many fields it could compare: less than all when
// the reply was cut because a value is longer than expected.
func compareFields(st *State, v keyspace.Hash, got wire.Reply) (done int, ok bool) {
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

func compareField(st *State, want *keyspace.Field, got wire.Bulk) {
	if got.Null() {
		st.Add(Difference{Kind: KindFieldMissing, Path: fieldPath(st, want.Name),
			Want: excerpt(want.Value, 0, int64(len(want.Value))), WantBytes: int64(len(want.Value))})
		return
	}
	st.Present++
	if !got.Equal(want.Value) {
		st.Add(valueDifference(KindFieldValue, fieldPath(st, want.Name)+"/value", want.Value, got.B, got.Size))
	}
}

func fieldPath(st *State, field string) string { return st.Path() + "/field " + quote(field) }

func (hashKey) alter(d draft) []altered {
	v, _ := d.value().(keyspace.Hash)
	if !d.drawn {
		return nil
	}
	fresh := keyspace.Field{Name: freshName(d.pick), Value: "canary"}
	all := []altered{{KindFieldMissing, "/field " + quote(fresh.Name),
		insert(v, fresh, func(f keyspace.Field) string { return f.Name })}}
	if len(v) > 0 {
		i := d.pick(len(v))
		changed := slices.Clone(v)
		changed[i].Value = alterBytes(v[i].Value, d.pick)
		path := "/field " + quote(v[i].Name)
		all = append(all, altered{KindFieldValue, path + "/value", changed},
			altered{KindFieldExtra, d.extraPath(path), without(v, i)})
	}
	return all
}
