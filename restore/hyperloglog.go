package restore

import "redrill/keyspace"

// hyperLogLog plans elements. Whether an element changes a register says nothing
// about its being there, so the reply is not checked.
func (p *commands) hyperLogLog(b *batch, k keyspace.Key, v keyspace.HyperLogLog) {
	for len(v) > 0 {
		n := elements(b, "PFADD", k.Name, v)
		b.end(ReplyAny, 0)
		v = v[n:]
		p.exists = true
	}
	if !k.More && !p.exists {
		// A merge with itself creates what PFADD without an element creates,
		// and is understood by servers that refuse that.
		b.putOK("PFMERGE", k.Name, k.Name)
		p.exists = true
	}
}
