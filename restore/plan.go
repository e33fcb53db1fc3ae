package restore

import (
	"math"

	"redrill/keyspace"
)

// planner says what is sent to have the server hold a key. It sees the parts of a
// key one after the other; the first part resets it.
type planner interface {
	// plan appends the commands of k to b, and returns what of k that is about.
	plan(b *batch, k keyspace.Key) kept
}

// commands is the planner that writes keys as a client would: element by element.
type commands struct {
	server Server
	asOfMs int64  // fields that expire until then are not written
	nowMs  int64  // no command sets a later time of delivery
	losses losses // what is not carried, of all keys

	known  bool // the parts of the key were seen from the first on
	exists bool // the key has been created, as far as is known
	size   int64
	top    keyspace.ID // of the stream entries that were planned
	// lasting says that a field without an expire time of its own was written: the
	// hash cannot vanish meanwhile.
	lasting  bool
	streamed streamPlan
}

// planner returns a planner for the keys of the run. Planners share what is counted
// and belong to the goroutine that reads the sequence.
func (r *run) planner() planner {
	p := &commands{server: r.opts.Server, asOfMs: r.opts.AsOfMs, nowMs: math.MaxInt64, losses: r.losses}
	if r.opts.Now != nil {
		p.nowMs = r.opts.Now().UnixMilli()
	}
	return p
}

// plan implements [planner].
func (p *commands) plan(b *batch, k keyspace.Key) kept {
	if k.Part == 0 {
		*p = commands{server: p.server, asOfMs: p.asOfMs, nowMs: p.nowMs, losses: p.losses, known: true}
	}
	what := p.server.keep(k, p.asOfMs)
	k = what.key
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
	case keyspace.Array:
		p.array(b, k, v)
	case keyspace.Opaque:
		p.losses.add(LostOpaque+v.Kind, 1)
	}
	if !k.More && !expired {
		p.expire(b, k)
	}
	return what
}

// expire sets the expire time after the last part: whatever is written later
// would outlive a key that expires in between.
func (p *commands) expire(b *batch, k keyspace.Key) {
	ms, ok := k.ExpireAt.Ms()
	reply := Reply{Kind: ReplyInt, N: 1}
	if !p.exists {
		reply = Reply{} // what the earlier parts wrote is not known
	}
	if _, is := k.Value.(keyspace.Hash); is && !p.lasting {
		reply = Reply{} // all fields may have expired by now, and the hash with them
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
