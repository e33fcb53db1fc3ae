package compare

import (
	"context"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// hashKey compares a hash: it asks for the values of the expected fields, for their
// expire times where the server has any, and with the last part for the number of fields.
type hashKey struct{}

func (hashKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.Hash)
	if len(v) > 0 {
		p.content = askFields(&q.round, &p.State.Name, v)
		if q.server.FieldExpiry {
			p.times = askFieldTimes(&q.round, &p.State.Name, v)
		}
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
	if !q.readFieldTimes(p, v) {
		return false, errRefused
	}
	return q.compareOn(ctx, p, len(v),
		func(r *wire.Round, from int) wire.Slot { return askFields(r, &p.State.Name, v[from:]) },
		func(got wire.Reply, from int) (int, bool) { return q.compareFields(p.State, v, from, got) })
}

func (hashKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	return q.countExtra(ctx, p)
}

// compareFields compares the fields of v from one on with the reply to askFields. It
// returns how many fields it could compare: less than all when the reply was cut
// because a value is longer than expected.
func (q *Reader) compareFields(st *State, v keyspace.Hash, from int, got wire.Reply) (done int, ok bool) {
	n, ok := got.Array()
	if !ok || n != int64(len(v)-from) {
		return 0, false
	}
	for i := from; i < len(v); i++ {
		value, ok := got.Bulk()
		if !ok || value.Undecided(v[i].Value) {
			return i - from, got.Cut && i > from
		}
		if compareField(st, &v[i], value, q.To) && len(q.times) > 0 {
			compareFieldTime(st, &v[i], q.times[i], q.To)
		}
	}
	return len(v) - from, true
}

// compareField compares the value of a field, and reports whether it is there. One that
// is not is no difference if it must have expired at nowMs.
func compareField(st *State, want *keyspace.Field, got wire.Bulk, nowMs int64) bool {
	if got.Null() {
		if want.ExpireAt.ExpiredAt(nowMs) {
			st.Fields.lapsed(want.ExpireAt)
			return false
		}
		st.Add(Difference{Kind: KindFieldMissing, Path: fieldPath(st, want.Name),
			Want: excerpt(want.Value, 0, int64(len(want.Value))), WantBytes: int64(len(want.Value))})
		return false
	}
	st.Present++
	st.Fields.found(want.ExpireAt, nowMs)
	if !got.Equal(want.Value) {
		st.Add(valueDifference(KindFieldValue, fieldPath(st, want.Name)+"/value", want.Value, got.B, got.Size))
	}
	return true
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
	if d.server.FieldExpiry && len(v) > 0 {
		all = append(all, alteredFieldTimes(v, d.pick)...)
	}
	return all
}
