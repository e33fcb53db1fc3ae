package restore

import "redrill/keyspace"

// set plans members. The reply is the number of members that were not there.
func (p *commands) set(b *batch, key string, v keyspace.Set) {
	for len(v) > 0 {
		n := elements(b, "SADD", key, v)
		b.end(ReplyInt, int64(n))
		v = v[n:]
		p.exists = true
	}
}
