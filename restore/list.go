package restore

import "redrill/keyspace"

// list plans elements, head to tail. The reply is the length of the list.
func (p *commands) list(b *batch, key string, v keyspace.List) {
	for len(v) > 0 {
		n := elements(b, "RPUSH", key, v)
		reply := p.wrote(n)
		b.end(reply.Kind, reply.N)
		v = v[n:]
	}
}

// elements begins a variadic command and adds as many elements as it takes, at
// least one if there is one.
func elements(b *batch, name, key string, v []string) (n int) {
	b.begin(name)
	b.add(key)
	for n < len(v) && (n == 0 || b.room(n)) {
		b.add(v[n])
		n++
	}
	return n
}
