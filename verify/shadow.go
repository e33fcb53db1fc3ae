package verify

import (
	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// shadow is a canary that accompanies a key in parts from its first part to its
// last, for a type of which no smaller key has come yet: such a key cannot be
// kept to plant in it afterwards. Whether it counts is known at the end, when
// the key itself has been judged.
type shadow struct {
	st      *keyState
	mutated keyspace.Value // of the first part
}

// shadow returns the canary to send along with a key of which first is the
// first part, or nil. It is given once per type.
func (p *planner) shadow(first keyspace.Key, genuine *keyState) *shadow {
	typ := first.Value.Type()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shadowed[typ] || p.tried[0][typ]+p.tried[1][typ] > 0 {
		return nil
	}
	for _, a := range compare.AlteredFirst(first, p.server, p.pick) {
		p.shadowed[typ] = true
		p.planted(typ.String(), a.Kind)
		st := newKeyState(first)
		st.Planted, st.genuine = true, genuine
		st.canary = &canary{typ: typ.String(), planner: p,
			want: Difference{Kind: a.Kind, DB: first.DB, Key: Bytes(first.Name), Path: a.Path}}
		return &shadow{st: &st, mutated: a.Parts[0].Value}
	}
	return nil
}
