package compare

import (
	"context"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// setKey compares a set: it asks which of the expected members are there, and
// with the last part for the number of members.
type setKey struct{}

func (setKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.Set)
	if r := &q.round; len(v) > 0 {
		r.Begin("SMISMEMBER", &p.State.Name)
		for i := range v {
			r.Arg(&v[i])
		}
		p.content = r.End(len(v) * wire.PerBulk)
	}
	q.planLength(p)
}

func (setKey) compare(_ context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.Set)
	return len(v) == 0 || compareMembers(p.State, v, q.round.Reply(p.content)), nil
}

func (setKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	return q.countExtra(ctx, p)
}

// compareMembers compares the members v with the reply to SMISMEMBER.
func compareMembers(st *State, v keyspace.Set, got wire.Reply) (ok bool) {
	n, ok := got.Array()
	if !ok || n != int64(len(v)) {
		return false
	}
	for i := range v {
		is, ok := got.Integer()
		switch {
		case !ok:
			return false
		case is == 1:
			st.Present++
		default:
			st.Add(missingMember(st, v[i]))
		}
	}
	return true
}

func memberPath(st *State, member string) string { return st.Path() + "/member " + quote(member) }

func missingMember(st *State, member string) Difference {
	return Difference{Kind: KindMemberMissing, Path: memberPath(st, member)}
}

func (setKey) alter(d draft) []altered {
	v, _ := d.value().(keyspace.Set)
	if !d.drawn {
		return nil
	}
	fresh := freshName(d.pick)
	all := []altered{{KindMemberMissing, "/member " + quote(fresh),
		insert(v, fresh, func(m string) string { return m })}}
	if len(v) > 0 {
		i := d.pick(len(v))
		all = append(all, altered{KindMemberExtra, d.extraPath("/member " + quote(v[i])), without(v, i)})
	}
	return all
}
