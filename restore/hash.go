package restore

import "redrill/keyspace"

// hash plans fields. The reply is the number of fields that were not there, which
// HMSET does not say.
func (p *commands) hash(b *batch, key string, v keyspace.Hash) {
	for len(v) > 0 {
		name := "HSET"
		if p.server.NoHSetPairs {
			name = "HMSET"
		}
		b.begin(name)
		b.add(key)
		n := 0
		for n == 0 || n < len(v) && b.room(n) {
			b.add(v[n].Name)
			b.add(v[n].Value)
			n++
		}
		if p.server.NoHSetPairs {
			b.end(ReplyOK, 0)
		} else {
			b.end(ReplyInt, int64(n))
		}
		v = v[n:]
		p.exists = true
	}
}
