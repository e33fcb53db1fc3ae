package restore

import "redrill/keyspace"

// hash plans fields. The reply is the number of fields that were not there.
func (p *planner) hash(b *batch, key string, v keyspace.Hash) {
	for len(v) > 0 {
		b.begin("HSET")
		b.add(key)
		n := 0
		for n == 0 || n < len(v) && b.room(n) {
			b.add(v[n].Name)
			b.add(v[n].Value)
			n++
		}
		b.end(ReplyInt, int64(n))
		v = v[n:]
		p.exists = true
	}
}
