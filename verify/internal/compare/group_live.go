package compare

import (
	"slices"
	"strings"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// liveGroup is a consumer group as XINFO GROUPS shows it, or, with its consumers and
// pending entries, XINFO STREAM FULL.
type liveGroup struct {
	name      string
	lastID    keyspace.ID
	read      keyspace.Optional[uint64]
	showsRead bool
	consumers []liveConsumer
	members   int64         // how many consumers
	pending   []livePending // the first of them
	delivered int64         // how many pending entries
}

// liveConsumer is a consumer of a group. A server may not show when it was active.
type liveConsumer struct {
	name                   string
	seen, active           span
	showsSeen, showsActive bool
}

// livePending is a pending entry. Who has no owner shows as one without a name.
type livePending struct {
	id         keyspace.ID
	owner      string
	delivered  span
	deliveries uint64
}

// eachOf reads an array of n things.
func eachOf(p *wire.Reply, read func() bool) bool {
	n, ok := p.Array()
	for ; ok && n > 0; n-- {
		ok = read()
	}
	return ok
}

// eachField reads names and values.
func eachField(p *wire.Reply, read func(name string) bool) bool {
	n, ok := p.Array()
	for ; ok && n >= 2; n -= 2 {
		var name wire.Bulk
		if name, ok = p.Bulk(); ok {
			ok = read(string(name.B))
		}
	}
	return ok && n == 0
}

func wholeText(p *wire.Reply) (string, bool) {
	v, ok := p.Bulk()
	return string(v.B), ok && !v.Null() && v.Whole()
}

// parseGroups reads the consumer groups of a stream, ascending by name. It never returns
// nil for what it could read.
func parseGroups(p *wire.Reply) (all []liveGroup, ok bool) {
	all = []liveGroup{}
	ok = eachOf(p, func() (ok bool) {
		var g liveGroup
		ok = eachField(p, func(name string) bool { return g.parse(p, name) })
		all = append(all, g)
		return ok
	})
	slices.SortFunc(all, func(a, b liveGroup) int { return strings.Compare(a.name, b.name) })
	return all, ok
}

// parse reads one field of a group. Some are numbers in one command and lists in the other.
func (g *liveGroup) parse(p *wire.Reply, name string) (ok bool) {
	at := *p
	switch name {
	case "name":
		g.name, ok = wholeText(p)
	case "last-delivered-id":
		g.lastID, ok = bulkID(p)
	case "entries-read":
		n, some, isNumber := p.Number()
		if ok = isNumber; some {
			g.read = keyspace.Some(uint64(n))
		}
		g.showsRead = ok
	case "consumers":
		if g.members, ok = p.Integer(); !ok {
			*p = at
			g.consumers, ok = parseConsumers(p, span{})
		}
	case "pel-count":
		g.delivered, ok = p.Integer()
	case "pending", "pel":
		n, isNumber := p.Integer()
		if ok = isNumber; !ok {
			*p = at
			g.pending, ok = parsePending(p, exactly)
			n = int64(len(g.pending))
		}
		g.delivered = max(g.delivered, n)
	default:
		ok = p.Skip()
	}
	return ok
}

// parseConsumers reads the consumers of a group, ascending by name. Distances count from now.
func parseConsumers(p *wire.Reply, now span) (all []liveConsumer, ok bool) {
	ok = eachOf(p, func() (ok bool) {
		var c liveConsumer
		ok = eachField(p, func(name string) bool { return c.parse(p, name, now) })
		all = append(all, c)
		return ok
	})
	slices.SortFunc(all, func(a, b liveConsumer) int { return strings.Compare(a.name, b.name) })
	return all, ok
}

func (c *liveConsumer) parse(p *wire.Reply, name string, now span) (ok bool) {
	var ms int64
	switch name {
	case "name":
		c.name, ok = wholeText(p)
	case "seen-time", "idle":
		ms, ok = p.Integer()
		if c.seen, c.showsSeen = exactly(ms), true; name == "idle" {
			c.seen = now.ago(ms)
		}
	case "active-time", "inactive":
		ms, ok = p.Integer()
		if c.active, c.showsActive = exactly(ms), true; name == "inactive" {
			c.active = now.ago(ms)
		}
	default:
		ok = p.Skip()
	}
	return ok
}

// parsePending reads the pending entries of a group, ascending by ID. When makes a time of
// the number that stands for one.
func parsePending(p *wire.Reply, when func(ms int64) span) (all []livePending, ok bool) {
	ok = eachOf(p, func() bool {
		var e livePending
		if n, ok := p.Array(); !ok || n != 4 {
			return false
		}
		var ok1, ok2 bool
		e.id, ok1 = bulkID(p)
		e.owner, ok2 = wholeOwner(p)
		ms, isTime := p.Integer()
		count, isCount := p.Integer()
		e.delivered, e.deliveries = when(ms), uint64(count)
		all = append(all, e)
		return ok1 && ok2 && isTime && isCount
	})
	ascending := slices.IsSortedFunc(all, func(a, b livePending) int { return a.id.Compare(b.id) })
	return all, ok && ascending
}

// wholeOwner reads the name of an owner; none is null or empty.
func wholeOwner(p *wire.Reply) (string, bool) {
	v, ok := p.Bulk()
	return string(v.B), ok && (v.Null() || v.Whole())
}
