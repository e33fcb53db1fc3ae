package verify

import "redrill/keyspace"

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
	for _, a := range alteredPart(first, []keyspace.Key{first}, 0, true, false, p.server, p.pick) {
		if !inPlace(a.kind) {
			continue
		}
		p.shadowed[typ] = true
		p.planted(typ.String(), a.kind)
		st := newKeyState(first)
		st.canary = &canary{typ: typ.String(), planner: p, genuine: genuine,
			want: Difference{Kind: a.kind, DB: first.DB, Key: Bytes(first.Name), Path: keyPath(first.Name) + a.path}}
		return &shadow{st: &st, mutated: a.value}
	}
	return nil
}

// inPlace reports whether an alteration of the kind leaves everything else of
// the key where it is, so that the other parts need not be known.
func inPlace(kind Kind) bool {
	switch kind {
	case KindValue, KindFieldValue, KindMemberMissing, KindScore, KindEntryFields:
		return true
	case KindMissing, KindExtra, KindType, KindOrder, KindLength, KindFieldMissing, KindFieldExtra,
		KindMemberExtra, KindEntryMissing, KindEntryExtra, KindLastID, KindMaxDeletedID, KindGroups, KindRegister,
		KindExpiryMissing, KindExpiryExtra, KindExpiry, KindMore:
	}
	return false
}
