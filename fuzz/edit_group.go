package fuzz

import (
	"math"
	"math/rand/v2"
	"slices"

	"redrill/keyspace"
	"redrill/verify"
)

// groupEdits changes what a stream remembers beside its entries. It stays where it is and
// the change is made with commands of its own.
func groupEdits(k keyspace.Key, s verify.Server, r *rand.Rand) (edits []edit) {
	v, _ := k.Value.(keyspace.Stream)
	add := func(kind verify.Kind, what string, args ...any) {
		edits = append(edits, edit{kind: kind, what: what, key: k, commands: [][]any{args}})
	}
	taken := func(n string) bool {
		return slices.ContainsFunc(v.Groups, func(g keyspace.Group) bool { return g.Name == n })
	}
	add(verify.KindGroupExtra, "a consumer group", "XGROUP", "CREATE", k.Name, fresh(taken, r), "0")
	if added, known := v.EntriesAdded.Get(); known && s.EntriesAdded && added < math.MaxInt64 {
		last, deleted := lastOf(v), v.MaxDeletedID
		if deleted.Compare(last) > 0 {
			deleted = last
		}
		add(verify.KindEntriesAdded, "one more ever added", "XSETID", k.Name, last.String(), "ENTRIESADDED", added+1, "MAXDELETEDID", deleted.String())
	}
	if len(v.Groups) == 0 {
		return edits
	}
	g := v.Groups[r.IntN(len(v.Groups))]
	add(verify.KindGroupMissing, "a consumer group less", "XGROUP", "DESTROY", k.Name, g.Name)
	read, known := g.EntriesRead.Get()
	if other := after(g.LastDeliveredID); !other.IsZero() {
		args := []any{"XGROUP", "SETID", k.Name, g.Name, other.String()}
		if known {
			args = append(args, "ENTRIESREAD", read)
		}
		add(verify.KindGroupLastID, "the last delivered ID", args...)
	}
	_, counted := v.EntriesAdded.Get()
	if known && read < math.MaxInt64 || !known && counted { // else nobody knows what it was
		add(verify.KindGroupEntriesRead, "one more read", "XGROUP", "SETID", k.Name, g.Name, g.LastDeliveredID.String(), "ENTRIESREAD", read+1)
	}
	taken = func(n string) bool {
		return slices.ContainsFunc(g.Consumers, func(c keyspace.Consumer) bool { return c.Name == n })
	}
	add(verify.KindConsumerExtra, "a consumer more", "XGROUP", "CREATECONSUMER", k.Name, g.Name, fresh(taken, r))
	owns := func(name string) bool {
		return slices.ContainsFunc(g.Pending, func(e keyspace.Pending) bool { return e.Owner == keyspace.Some(name) })
	}
	if at := slices.IndexFunc(g.Consumers, func(c keyspace.Consumer) bool { return !owns(c.Name) }); at >= 0 {
		add(verify.KindConsumerMissing, "a consumer less", "XGROUP", "DELCONSUMER", k.Name, g.Name, g.Consumers[at].Name)
	}
	return append(edits, pendingEdits(k, g, r)...)
}

// pendingEdits changes the pending entries of a group. XCLAIM takes only those whose stream
// entry exists.
func pendingEdits(k keyspace.Key, g keyspace.Group, r *rand.Rand) (edits []edit) {
	v, _ := k.Value.(keyspace.Stream)
	add := func(kind verify.Kind, what string, args ...any) {
		edits = append(edits, edit{kind: kind, what: what, key: k, commands: [][]any{args}})
	}
	pending := func(id keyspace.ID) bool {
		return slices.ContainsFunc(g.Pending, func(e keyspace.Pending) bool { return e.ID == id })
	}
	there := func(id keyspace.ID) bool {
		return slices.ContainsFunc(v.Entries, func(e keyspace.Entry) bool { return e.ID == id })
	}
	if at := slices.IndexFunc(v.Entries, func(e keyspace.Entry) bool { return !pending(e.ID) }); at >= 0 && len(g.Consumers) > 0 {
		add(verify.KindPendingExtra, "a pending entry more", "XCLAIM", k.Name, g.Name, g.Consumers[0].Name, 0, v.Entries[at].ID.String(),
			"TIME", hourMs, "RETRYCOUNT", 1, "FORCE", "JUSTID")
	}
	var owned []keyspace.Pending
	for _, e := range g.Pending {
		if _, ok := e.Owner.Get(); ok && !e.ID.IsZero() {
			owned = append(owned, e)
		}
	}
	if len(owned) == 0 {
		return edits
	}
	e := owned[r.IntN(len(owned))]
	add(verify.KindPendingMissing, "a pending entry less", "XACK", k.Name, g.Name, e.ID.String())
	if e.Deliveries >= math.MaxInt64 || e.DeliveredMs < 2*hourMs || !there(e.ID) {
		return edits
	}
	owner, _ := e.Owner.Get()
	claim := func(kind verify.Kind, what, owner string, ms int64, count uint64) {
		add(kind, what, "XCLAIM", k.Name, g.Name, owner, 0, e.ID.String(), "TIME", ms, "RETRYCOUNT", count, "JUSTID")
	}
	if at := slices.IndexFunc(g.Consumers, func(c keyspace.Consumer) bool { return c.Name != owner }); at >= 0 {
		claim(verify.KindPendingOwner, "another owner", g.Consumers[at].Name, e.DeliveredMs, e.Deliveries)
	}
	claim(verify.KindPendingTime, "delivered an hour earlier", owner, e.DeliveredMs-hourMs, e.Deliveries)
	claim(verify.KindPendingCount, "delivered once more", owner, e.DeliveredMs, e.Deliveries+1)
	return edits
}

// fieldExpiryEdits changes when fields of a hash expire; what it becomes stays after the
// reference time.
func fieldExpiryEdits(v keyspace.Hash, asOfMs int64, r *rand.Rand, value func(verify.Kind, string, keyspace.Value)) {
	kinds := map[verify.Kind]verify.Kind{
		verify.KindExpiry: verify.KindFieldExpiry, verify.KindExpiryMissing: verify.KindFieldExpiryMissing, verify.KindExpiryExtra: verify.KindFieldExpiryExtra,
	}
	at := r.IntN(len(v))
	for _, e := range expiryEdits(keyspace.Key{ExpireAt: v[at].ExpireAt, Value: v}, asOfMs, true) {
		if ms, _ := e.key.ExpireAt.Ms(); ms >= MaxFieldExpiryMs {
			continue
		}
		changed := slices.Clone(v)
		changed[at].ExpireAt = e.key.ExpireAt
		value(kinds[e.kind], e.what+" of a field", changed)
	}
}

// MaxFieldExpiryMs is beyond what a server takes for the expire time of a field.
const MaxFieldExpiryMs = 1 << 46

// arrayEdits changes elements of an array, or where ARINSERT goes on.
func arrayEdits(v keyspace.Array, r *rand.Rand, value func(verify.Kind, string, keyspace.Value)) {
	change := func(kind verify.Kind, what string, change func(*keyspace.Array)) {
		changed := v
		changed.Cells = slices.Clone(v.Cells)
		change(&changed)
		value(kind, what, changed)
	}
	at := r.IntN(len(v.Cells))
	change(verify.KindValue, "a byte of an element", func(v *keyspace.Array) { v.Cells[at].Value = alter(v.Cells[at].Value, r) })
	if len(v.Cells) > 1 {
		change(verify.KindElementMissing, "an element less", func(v *keyspace.Array) { v.Cells = without(v.Cells, at) })
	}
	if last := v.Cells[len(v.Cells)-1].Index; last < math.MaxUint64-1 {
		change(verify.KindElementExtra, "an element more", func(v *keyspace.Array) {
			v.Cells = append(v.Cells, keyspace.Cell{Index: last + 1, Value: "more"})
		})
	}
	next, _ := v.Next.Get()
	change(verify.KindNext, "where to insert", func(v *keyspace.Array) { v.Next = keyspace.Some((next + 1) % (math.MaxUint64 - 1)) })
}
