package verify

import (
	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// planSet asks which of the expected members are there, and with the last part
// for the number of members.
func (w *worker) planSet(r *wire.Round, p *part, v keyspace.Set) {
	if len(v) > 0 {
		r.Begin("SMISMEMBER", &p.st.name)
		for i := range v {
			r.Arg(&v[i])
		}
		p.content = r.End(len(v) * wire.PerBulk)
	}
	if !p.key.More {
		p.length = r.Add(0, "SCARD", &p.st.name)
	}
}

// compareMembers compares the members v with the reply to SMISMEMBER.
func compareMembers(st *keyState, v keyspace.Set, got wire.Reply) (ok bool) {
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
			st.present++
		default:
			st.add(missingMember(st, v[i]))
		}
	}
	return true
}

func memberPath(st *keyState, member string) string { return st.path() + "/member " + quote(member) }

func missingMember(st *keyState, member string) Difference {
	return Difference{Kind: KindMemberMissing, Path: memberPath(st, member)}
}

func extraMember(st *keyState, member string) Difference {
	return Difference{Kind: KindMemberExtra, Path: memberPath(st, member)}
}

func alteredSet(v keyspace.Set, named bool, pick drawer) []altered {
	fresh := freshName(pick)
	all := []altered{{KindMemberMissing, "/member " + quote(fresh),
		insert(v, fresh, func(m string) string { return m })}}
	if len(v) > 0 {
		i := pick(len(v))
		all = append(all, altered{KindMemberExtra, extraPath(named, "/member "+quote(v[i])), without(v, i)})
	}
	return all
}
