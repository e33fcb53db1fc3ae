package restore

import "redrill/keyspace"

// str plans one part of a string. It reports whether the commands carry the
// expire time.
//
// SETRANGE at an offset can be repeated, APPEND cannot. SETRANGE creates no key
// for an empty value, SET does.
func (p *commands) str(b *batch, k keyspace.Key, v keyspace.String) (expired bool) {
	if k.Part == 0 {
		return p.firstString(b, k, v)
	}
	offset := p.size
	reply := p.wrote(len(v))
	switch {
	case len(v) == 0:
	case p.known:
		b.put(reply, "SETRANGE", k.Name, itoa(offset), string(v))
	default:
		b.put(reply, "APPEND", k.Name, string(v))
	}
	return false
}

func (p *commands) firstString(b *batch, k keyspace.Key, v keyspace.String) (expired bool) {
	p.wrote(len(v))
	b.begin("SET")
	b.add(k.Name)
	b.add(string(v))
	// PXAT refuses 0 and less; PEXPIREAT takes them.
	if ms, ok := k.ExpireAt.Ms(); ok && ms > 0 && k.Whole() && p.server.SetPXAT {
		b.add("PXAT")
		b.add(itoa(ms))
		expired = true
	}
	b.end(ReplyOK, 0)
	return expired
}
