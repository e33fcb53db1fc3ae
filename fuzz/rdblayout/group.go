package rdblayout

import (
	"slices"

	"redrill/fuzz/gen"
	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// groups draws the consumer groups of a stream.
func (b *builder) groups(typ byte, v keyspace.Stream) (groups []keyspace.Group) {
	if !b.OneIn(2, "groups") {
		return nil
	}
	if b.loads != 0 && typ == rdbtest.Stream1 {
		return nil // a server computes how many entries they have read
	}
	for _, name := range capped(b.Distinct("groups"), 3) {
		b.Feature("group: any")
		g := keyspace.Group{Name: name, LastDeliveredID: among(b, v.LastID, keyspace.ID{}, b.otherID(v.Entries), keyspace.ID{Ms: 1 << 63, Seq: 1<<64 - 1})}
		if typ != rdbtest.Stream1 {
			if b.oneIn(3) {
				b.Feature("group: entries read unknown")
			} else {
				added, _ := v.EntriesAdded.Get()
				g.EntriesRead = keyspace.Some(among(b, 0, added, added/2))
			}
		}
		g.Consumers = b.consumers(typ)
		g.Pending = b.pending(typ, v, g.Consumers)
		for _, c := range g.Consumers {
			if !slices.ContainsFunc(g.Pending, func(e keyspace.Pending) bool { return e.Owner == keyspace.Some(c.Name) }) {
				b.Feature("group: consumer without pending entries")
			}
		}
		if len(g.Consumers) == 0 {
			b.Feature("group: without consumers")
		}
		groups = append(groups, g)
	}
	return groups
}

func capped(all []string, n int) []string { return all[:min(n, len(all))] }

func (b *builder) consumers(typ byte) (all []keyspace.Consumer) {
	if b.oneIn(3) {
		return nil
	}
	for _, name := range capped(b.Distinct("consumers"), 3) {
		c := keyspace.Consumer{Name: name, SeenMs: keyspace.Some(among[int64](b, 0, gen.PastMs, gen.PastMs+1, 1<<62))}
		if typ >= rdbtest.Stream3 {
			c.ActiveMs = keyspace.Some(among[int64](b, -1, 0, gen.PastMs, 1<<62))
			if c.ActiveMs == keyspace.Some[int64](-1) {
				b.Feature("group: consumer that was never active")
			}
		}
		all = append(all, c)
	}
	return all
}

// pending draws the pending entries of a group, in the order of the model.
func (b *builder) pending(typ byte, v keyspace.Stream, consumers []keyspace.Consumer) (all []keyspace.Pending) {
	if len(consumers) == 0 && typ != rdbtest.Stream5 {
		return nil
	}
	var given []keyspace.Pending
	seen := map[keyspace.ID]bool{}
	for range b.r.IntN(6) {
		id := b.otherID(v.Entries)
		if len(v.Entries) > 0 && b.oneIn(2) {
			id = v.Entries[b.r.IntN(len(v.Entries))].ID
		}
		if seen[id] || id.IsZero() {
			continue
		}
		seen[id] = true
		if !slices.ContainsFunc(v.Entries, func(e keyspace.Entry) bool { return e.ID == id }) {
			b.Feature("group: pending entry that is gone")
		}
		e := keyspace.Pending{ID: id, Deliveries: among[uint64](b, 1, 2, 1<<14, 0)}
		if typ == rdbtest.Stream5 && (len(consumers) == 0 || b.oneIn(3)) {
			b.Feature("group: pending entry without owner")
			given = append(given, e)
			continue
		}
		e.DeliveredMs = among[int64](b, gen.PastMs, 0, 1<<62)
		e.Owner = keyspace.Some(consumers[b.r.IntN(len(consumers))].Name)
		all = append(all, e)
	}
	slices.SortFunc(all, func(x, y keyspace.Pending) int { return x.ID.Compare(y.ID) })
	return append(all, given...)
}
