package restore

import (
	"math"
	"slices"
	"strconv"

	"redrill/keyspace"
)

// groups plans the consumer groups of a part of a stream: before its entries, see
// [keyspace.Stream].
//
// A server takes a pending entry only while its stream entry is there (since Redis
// 7.0). It may have been deleted. So for every pending entry an entry of the same ID
// stands in, is claimed, and is trimmed away, which leaves it pending; then the last
// ID is taken back, so that entries of lower IDs can be added:
//
//	XGROUP CREATE …   XGROUP CREATECONSUMER …
//	XADD key id …     for the IDs of all pending entries, ascending
//	XCLAIM key group consumer 0 id … TIME ms RETRYCOUNT n FORCE JUSTID
//	XTRIM key MAXLEN 0
//	XSETID key 0-0
//	XGROUP SETID key group last-delivered ENTRIESREAD n
//
// XDEL in place of XTRIM would leave a largest deleted ID that XSETID cannot take back.
func (p *commands) groups(b *batch, k keyspace.Key, v keyspace.Stream) {
	for i := range v.Groups {
		p.notCarried(&v.Groups[i], p.continues(v.Groups, i))
	}
	if p.server.Groups && len(v.Groups) > 0 {
		created := v.Groups
		if p.continues(v.Groups, 0) {
			created = created[1:]
		}
		for i := range created {
			p.createGroup(b, k.Name, &created[i])
		}
		for i := range v.Groups {
			p.createConsumers(b, k.Name, &v.Groups[i])
		}
		stood := p.standIns(b, k.Name, v.Groups)
		for i := range v.Groups {
			claim(b, k.Name, &v.Groups[i])
		}
		p.takeBack(b, k.Name, stood, v)
		for i := range created {
			p.entriesRead(b, k.Name, &created[i])
		}
	}
	if n := len(v.Groups); n > 0 {
		p.streamed.group, p.streamed.grouped = v.Groups[n-1].Name, true
	}
}

// continues reports whether a group continues the last one of the part before.
func (p *commands) continues(groups []keyspace.Group, i int) bool {
	return i == 0 && p.streamed.grouped && groups[0].Name == p.streamed.group
}

// notCarried counts what commands do not carry of a group, or of its next part.
func (p *commands) notCarried(g *keyspace.Group, continued bool) {
	if !p.server.Groups {
		if !continued {
			p.losses.add(LostGroups, 1)
		}
		return
	}
	if n, known := g.EntriesRead.Get(); known && !continued && (!p.server.MaxDeletedID || n > math.MaxInt64) {
		p.losses.add(LostEntriesRead, 1)
	}
	for _, c := range g.Consumers {
		_, seen := c.SeenMs.Get()
		_, active := c.ActiveMs.Get()
		if seen || active {
			p.losses.add(LostConsumerTimes, 1)
		}
	}
	for _, e := range g.Pending {
		switch _, owned := e.Owner.Get(); {
		case !owned:
			p.losses.add(LostOwnerless, 1)
		case e.ID.IsZero() || e.DeliveredMs < 0 || e.DeliveredMs > p.nowMs || e.Deliveries > math.MaxInt64:
			p.losses.add(LostPending, 1)
		}
	}
}

func (p *commands) createGroup(b *batch, key string, g *keyspace.Group) {
	b.begin("XGROUP")
	b.add("CREATE")
	b.add(key)
	b.add(g.Name)
	b.add(g.LastDeliveredID.String())
	if !p.exists {
		b.add("MKSTREAM")
		p.exists = true
	}
	b.end(ReplyOK, 0)
}

// createConsumers creates consumers, which may have no pending entries. A consumer
// that reads its own history begins to exist as well, on any server.
func (p *commands) createConsumers(b *batch, key string, g *keyspace.Group) {
	for _, c := range g.Consumers {
		if p.server.Consumers {
			b.putInt(1, "XGROUP", "CREATECONSUMER", key, g.Name, c.Name)
		} else {
			b.put(Reply{}, "XREADGROUP", "GROUP", g.Name, c.Name, "COUNT", "1", "STREAMS", key, "0")
		}
	}
}

// standIns adds an entry for every pending one and returns how many.
func (p *commands) standIns(b *batch, key string, groups []keyspace.Group) int {
	var ids []keyspace.ID
	for i := range groups {
		for j := range groups[i].Pending {
			if e := &groups[i].Pending[j]; isClaimed(e) {
				ids = append(ids, e.ID)
			}
		}
	}
	slices.SortFunc(ids, keyspace.ID.Compare)
	ids = slices.Compact(ids)
	for _, id := range ids {
		b.put(Reply{Kind: ReplyID}, "XADD", key, id.String(), "", "")
	}
	return len(ids)
}

// isClaimed reports whether commands make a pending entry: one that nobody owns
// they do not, and there is no stream entry 0-0.
func isClaimed(e *keyspace.Pending) bool {
	_, owned := e.Owner.Get()
	return owned && !e.ID.IsZero()
}

// claim makes entries pending: one command for those that follow each other and
// differ in their IDs only.
func claim(b *batch, key string, g *keyspace.Group) {
	pending := g.Pending
	for len(pending) > 0 {
		first := &pending[0]
		if !isClaimed(first) {
			pending = pending[1:]
			continue
		}
		owner, _ := first.Owner.Get()
		b.begin("XCLAIM")
		b.add(key)
		b.add(g.Name)
		b.add(owner)
		b.add("0")
		n := 0
		for n == 0 || n < len(pending) && sameDelivery(first, &pending[n]) && b.room(n) {
			b.add(pending[n].ID.String())
			n++
		}
		b.add("TIME")
		b.add(itoa(max(first.DeliveredMs, 0)))
		b.add("RETRYCOUNT")
		b.add(strconv.FormatUint(min(first.Deliveries, math.MaxInt64), 10))
		b.add("FORCE")
		b.add("JUSTID")
		b.end(ReplyList, int64(n))
		pending = pending[n:]
	}
}

// sameDelivery reports whether two pending entries differ in their IDs only.
func sameDelivery(a, b *keyspace.Pending) bool {
	return a.Owner == b.Owner && a.DeliveredMs == b.DeliveredMs && a.Deliveries == b.Deliveries
}

// takeBack removes what stood in for pending entries. Since Redis 8.4 no group may
// have read more entries than were ever added: until the end as many count as added
// as is needed for that.
func (p *commands) takeBack(b *batch, key string, stood int, v keyspace.Stream) {
	if stood > 0 {
		b.putInt(int64(stood), "XTRIM", key, "MAXLEN", "0")
	}
	if p.server.MaxDeletedID {
		added, _ := v.EntriesAdded.Get()
		added = max(added, p.streamed.added)
		for i := range v.Groups {
			read, _ := v.Groups[i].EntriesRead.Get()
			added = max(added, read)
		}
		added = min(added, math.MaxInt64)
		if stood == 0 && added == p.streamed.added {
			return
		}
		b.putOK("XSETID", key, "0-0", "ENTRIESADDED", strconv.FormatUint(added, 10))
		p.streamed.added = added
		return
	}
	if stood > 0 {
		b.putOK("XSETID", key, "0-0")
		p.streamed.added += uint64(stood)
	}
}

// entriesRead sets how many entries a group has read, if that is known.
func (p *commands) entriesRead(b *batch, key string, g *keyspace.Group) {
	n, known := g.EntriesRead.Get()
	if known && p.server.MaxDeletedID && n <= math.MaxInt64 {
		b.putOK("XGROUP", "SETID", key, g.Name, g.LastDeliveredID.String(), "ENTRIESREAD", strconv.FormatUint(n, 10))
	}
}
