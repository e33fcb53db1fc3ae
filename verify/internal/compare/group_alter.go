package compare

import (
	"math"
	"slices"

	"redrill/keyspace"
)

// canaryStepMs is by how much the time of a consumer or of a pending entry is altered: more
// than a distance is uncertain by.
const canaryStepMs = 3600_000

// alteredGroups returns alterations of the consumer groups of a part: of one that neither
// the part before nor the next one holds a piece of.
func alteredGroups(d draft, v keyspace.Stream) (all []altered) {
	if len(v.Groups) == 0 {
		return nil
	}
	add := func(kind Kind, path string, groups []keyspace.Group) {
		changed := v
		changed.Groups = groups
		all = append(all, altered{kind, path, changed})
	}
	if !d.continued() {
		fresh := keyspace.Group{Name: v.Groups[len(v.Groups)-1].Name + freshName(d.pick)}
		add(KindGroupMissing, "/group "+quote(fresh.Name), append(slices.Clone(v.Groups), fresh))
	}
	at := d.pick(len(v.Groups))
	if at == 0 && d.continues() || at == len(v.Groups)-1 && d.continued() {
		return all
	}
	g := v.Groups[at]
	path := "/group " + quote(g.Name)
	if at > 0 || !d.continues() {
		add(KindGroupExtra, path, without(v.Groups, at))
	}
	for _, a := range alteredGroup(g, d.server, d.pick) {
		groups := slices.Clone(v.Groups)
		groups[at] = a.group
		add(a.kind, path+a.path, groups)
	}
	return all
}

// continues reports whether the first group of the part may be the rest of one.
func (d draft) continues() bool { return d.at > 0 }

// continued reports whether the next part holds groups, too.
func (d draft) continued() bool {
	if d.at == len(d.parts)-1 {
		return d.parts[d.at].More
	}
	v, _ := d.parts[d.at+1].Value.(keyspace.Stream)
	return len(v.Groups) > 0
}

// unknownRead is beyond every number of entries that a server makes up for a group.
const unknownRead = math.MaxInt64 - 1

type alteredOne struct {
	kind  Kind
	path  string
	group keyspace.Group
}

func alteredGroup(g keyspace.Group, server Server, pick drawer) (all []alteredOne) {
	add := func(kind Kind, path string, change func(*keyspace.Group)) {
		changed := g
		change(&changed)
		all = append(all, alteredOne{kind, path, changed})
	}
	add(KindGroupLastID, "/last_delivered_id", func(g *keyspace.Group) { g.LastDeliveredID = otherID(g.LastDeliveredID) })
	add(KindGroupEntriesRead, "/entries_read", func(g *keyspace.Group) {
		read, known := g.EntriesRead.Get()
		if !known {
			read = unknownRead // a server that loads an old file makes up a number
		}
		g.EntriesRead = keyspace.Some(read + 1)
	})
	fresh := keyspace.Consumer{Name: freshName(pick)}
	add(KindConsumerMissing, "/consumer "+quote(fresh.Name), func(g *keyspace.Group) {
		g.Consumers = insert(g.Consumers, fresh, func(c keyspace.Consumer) string { return c.Name })
	})
	if n := len(g.Consumers); n > 0 {
		at := pick(n)
		path := "/consumer " + quote(g.Consumers[at].Name)
		add(KindConsumerExtra, path, func(g *keyspace.Group) { g.Consumers = without(g.Consumers, at) })
		if ms, known := g.Consumers[at].SeenMs.Get(); known && !server.ByCommands {
			add(KindConsumerTime, path+"/seen_ms", func(g *keyspace.Group) {
				g.Consumers = slices.Clone(g.Consumers)
				g.Consumers[at].SeenMs = keyspace.Some(ms - canaryStepMs)
			})
		}
	}
	return append(all, alteredPending(g, pick)...)
}

// alteredPending returns alterations of the pending entries that have an owner.
func alteredPending(g keyspace.Group, pick drawer) (all []alteredOne) {
	add := func(kind Kind, path string, pending []keyspace.Pending) {
		changed := g
		changed.Pending = pending
		all = append(all, alteredOne{kind, path, changed})
	}
	owned, _ := splitPending(g.Pending)
	if len(owned) == 0 {
		return nil
	}
	change := func(kind Kind, at int, path string, change func(*keyspace.Pending)) {
		pending := slices.Clone(g.Pending)
		change(&pending[at])
		add(kind, "/pending "+g.Pending[at].ID.String()+path, pending)
	}
	taken := func(id keyspace.ID) bool {
		return slices.ContainsFunc(g.Pending, func(e keyspace.Pending) bool { return e.ID == id })
	}
	at := pick(len(owned))
	if id := nextID(owned[at].ID); !id.IsZero() && !taken(id) {
		fresh := owned[at]
		fresh.ID = id
		add(KindPendingMissing, "/pending "+id.String(), slices.Insert(slices.Clone(g.Pending), at+1, fresh))
	}
	add(KindPendingExtra, "/pending "+owned[at].ID.String(), without(g.Pending, at))
	change(KindPendingOwner, at, "/owner", func(e *keyspace.Pending) { e.Owner = keyspace.Some(freshName(pick)) })
	change(KindPendingTime, at, "/delivered_ms", func(e *keyspace.Pending) { e.DeliveredMs -= canaryStepMs })
	change(KindPendingCount, at, "/deliveries", func(e *keyspace.Pending) { e.Deliveries++ })
	return all
}

// otherID returns another ID.
func otherID(id keyspace.ID) keyspace.ID {
	if isLargest(id) {
		return keyspace.ID{}
	}
	return nextID(id)
}
