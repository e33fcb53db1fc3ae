package restore

import "redrill/keyspace"

// planner says what is sent to have the server hold a key. It sees the parts of a
// key one after the other; the first part resets it.
type planner interface {
	// plan appends the commands of k to b. It returns how many elements were left
	// out because no server can hold them.
	plan(b *batch, k keyspace.Key) (dropped int)
}

// commands is the planner that writes keys as a client would: element by element.
type commands struct {
	server Server

	known  bool // the parts of the key were seen from the first on
	exists bool // the key has been created, as far as is known
	size   int64
	top    keyspace.ID // of the stream entries that were planned
}

// plan implements [planner].
func (p *commands) plan(b *batch, k keyspace.Key) (dropped int) {
	if k.Part == 0 {
		*p = commands{server: p.server, known: true}
	}
	k, dropped = p.server.representable(k)
	expired := false // the expire time is part of a command already
	switch v := k.Value.(type) {
	case keyspace.String:
		expired = p.str(b, k, v)
	case keyspace.Hash:
		p.hash(b, k.Name, v)
	case keyspace.List:
		p.list(b, k.Name, v)
	case keyspace.Set:
		p.set(b, k.Name, v)
	case keyspace.ZSet:
		p.zset(b, k.Name, v)
	case keyspace.Stream:
		p.stream(b, k, v)
	case keyspace.HyperLogLog:
		p.hyperLogLog(b, k, v)
	}
	if !k.More && !expired {
		p.expire(b, k)
	}
	return dropped
}

// expire sets the expire time after the last part: whatever is written later
// would outlive a key that expires in between.
func (p *commands) expire(b *batch, k keyspace.Key) {
	ms, ok := k.ExpireAt.Ms()
	reply := Reply{Kind: ReplyInt, N: 1}
	if !p.exists {
		reply = Reply{} // what the earlier parts wrote is not known
	}
	switch {
	case !ok || !p.exists && p.known:
	case p.server.NoPExpireAt:
		b.putUntil(ms, reply, "PEXPIRE", k.Name)
	default:
		b.put(reply, "PEXPIREAT", k.Name, itoa(ms))
	}
}

// wrote notes that n elements were appended to the key and returns the length
// that a reply has to show, as far as the earlier parts are known.
func (p *commands) wrote(n int) Reply {
	p.exists = true
	p.size += int64(n)
	if !p.known {
		return Reply{}
	}
	return Reply{Kind: ReplyInt, N: p.size}
}
