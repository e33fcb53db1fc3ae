package rdblayout

import (
	"slices"

	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

func (b *builder) drawStream(p *rdbtest.Pen, k *keyspace.Key) keyspace.Value {
	typ := b.streamType()
	v, _ := b.Value(keyspace.TypeStream).(keyspace.Stream)
	v.Entries = slices.DeleteFunc(v.Entries, func(e keyspace.Entry) bool { return e.ID.IsZero() })
	for i := range v.Entries {
		if len(v.Entries[i].Pairs) == 0 {
			v.Entries[i].Pairs = []keyspace.Pair{{Field: among(b, "f", "", "\uFFFD"), Value: "only"}}
		}
		for j := range v.Entries[i].Pairs {
			v.Entries[i].Pairs[j].Value = b.spice(v.Entries[i].Pairs[j].Value)
		}
		if i > 0 && b.oneIn(2) {
			sameNames(&v.Entries[i], v.Entries[0])
		}
	}
	last := keyspace.ID{}
	if n := len(v.Entries); n > 0 {
		last = v.Entries[n-1].ID
	}
	if !b.oneIn(8) || b.loads != 0 {
		v.LastID = keyspace.MaxID(v.LastID, last)
	}
	nodes := b.streamNodes(v.Entries)
	head := rdbtest.StreamHead{Length: uint64(len(v.Entries)), Last: v.LastID}
	if b.loads == 0 && b.oneIn(10) {
		head.Length += among[uint64](b, 1, 2, 1<<40)
		b.Feature("stream: wrong length")
		b.note(keyspace.Key{DB: k.DB, Name: k.Name, Value: v}, keyspace.NoteCounter)
	}
	b.streamHead(typ, &head, &v)
	v.Groups = b.groups(typ, v)
	b.begin(p, typ, k.Name)
	p.Len(uint64(len(nodes)))
	for _, n := range nodes {
		p.Node(n)
	}
	p.StreamHead(typ, head)
	p.Len(uint64(len(v.Groups)))
	stored := slices.Clone(v.Groups)
	b.r.Shuffle(len(stored), func(i, j int) { stored[i], stored[j] = stored[j], stored[i] })
	for _, g := range stored {
		g.Consumers = slices.Clone(g.Consumers)
		b.r.Shuffle(len(g.Consumers), func(i, j int) { g.Consumers[i], g.Consumers[j] = g.Consumers[j], g.Consumers[i] })
		p.Group(typ, g)
	}
	if typ >= rdbtest.Stream4 {
		b.producers(p)
	}
	if last.Compare(v.LastID) > 0 {
		b.note(keyspace.Key{DB: k.DB, Name: k.Name, Value: v}, keyspace.NoteLastID)
	}
	return v
}

// sameNames gives an entry the field names of another.
func sameNames(e *keyspace.Entry, as keyspace.Entry) {
	pairs := make([]keyspace.Pair, len(as.Pairs))
	for i, p := range as.Pairs {
		pairs[i] = keyspace.Pair{Field: p.Field, Value: e.Pairs[i%len(e.Pairs)].Value}
	}
	e.Pairs = pairs
}

// streamType draws one of the types of streams that the version has.
func (b *builder) streamType() byte {
	types := []byte{rdbtest.Stream1, rdbtest.Stream2}
	if b.knows(11) {
		types = append(types, rdbtest.Stream3)
	}
	if b.redis(13) {
		types = append(types, rdbtest.Stream4)
	}
	if b.redis(14) {
		types = append(types, rdbtest.Stream5, rdbtest.Stream5)
	}
	return among(b, types...)
}

// streamHead draws what a stream says beside its entries.
func (b *builder) streamHead(typ byte, head *rdbtest.StreamHead, v *keyspace.Stream) {
	var first keyspace.ID
	if len(v.Entries) > 0 {
		first = v.Entries[0].ID
	}
	if typ == rdbtest.Stream1 {
		v.MaxDeletedID, v.EntriesAdded = keyspace.ID{}, keyspace.Optional[uint64]{}
		return
	}
	head.First = first
	if b.oneIn(8) {
		head.First = keyspace.ID{Ms: 3, Seq: 4}
		b.Feature("stream: another first ID")
	}
	if head.First != first {
		v.FirstID = keyspace.Some(head.First)
	}
	if b.oneIn(2) {
		head.MaxDeleted = among(b, keyspace.ID{Ms: 1}, first, v.LastID, keyspace.ID{Ms: 1 << 63, Seq: 1<<64 - 1})
	}
	if b.loads != 0 && head.MaxDeleted.Compare(v.LastID) > 0 {
		head.MaxDeleted = v.LastID
	}
	v.MaxDeletedID = head.MaxDeleted
	head.Added = head.Length + among[uint64](b, 0, 0, 1, 100, 1<<40)
	v.EntriesAdded = keyspace.Some(head.Added)
}

// streamNodes puts the entries into nodes, among deleted ones.
func (b *builder) streamNodes(entries []keyspace.Entry) (nodes []rdbtest.Node) {
	var events []rdbtest.Event
	for _, e := range entries {
		events = append(events, rdbtest.Event{Entry: e})
	}
	for range b.r.IntN(4) {
		id := b.otherID(entries)
		if !id.IsZero() && !slices.ContainsFunc(events, func(e rdbtest.Event) bool { return e.ID == id }) {
			events = append(events, rdbtest.Event{Deleted: true, Entry: keyspace.Entry{ID: id, Pairs: []keyspace.Pair{{Field: "gone", Value: "x"}}}})
		}
	}
	slices.SortFunc(events, func(x, y rdbtest.Event) int { return x.ID.Compare(y.ID) })
	for len(events) > 0 {
		n := 1 + b.r.IntN(len(events))
		node := rdbtest.Node{Key: events[0].ID, Events: events[:n]}
		for _, p := range events[0].Pairs {
			node.Names = append(node.Names, p.Field)
		}
		b.countNode(node)
		nodes, events = append(nodes, node), events[n:]
	}
	if len(nodes) == 0 {
		b.Feature("stream: without nodes")
	}
	if len(nodes) > 1 && b.oneIn(6) {
		b.Feature("stream: nodes not in order")
		slices.Reverse(nodes)
	}
	return nodes
}

// otherID draws an ID, mostly near one of the entries.
func (b *builder) otherID(entries []keyspace.Entry) keyspace.ID {
	id := keyspace.ID{Ms: uint64(b.r.IntN(10)), Seq: uint64(b.r.IntN(10))}
	if len(entries) > 0 && b.oneIn(2) {
		id = entries[b.r.IntN(len(entries))].ID
		id.Seq += among[uint64](b, 1, 2, 1<<64-1)
	}
	return id
}

func (b *builder) countNode(n rdbtest.Node) {
	live := false
	for _, e := range n.Events {
		live = live || !e.Deleted
		if e.Deleted {
			b.Feature("stream: deleted entry")
		}
		if e.ID.Seq < n.Key.Seq {
			b.Feature("stream: negative sequence delta")
		}
	}
	if !live {
		b.Feature("stream: node without live entries")
	}
	if n.Events[0].Deleted && live {
		b.Feature("stream: node whose first entry is deleted")
	}
}

// producers draws what a stream remembers of idempotent producers.
func (b *builder) producers(p *rdbtest.Pen) {
	var all []rdbtest.Producer
	if b.oneIn(3) {
		b.Feature("stream: producers")
		all = append(all, rdbtest.Producer{Name: "p", Sent: []rdbtest.Sent{{Number: "1", ID: keyspace.ID{Ms: 5}}, {Number: "2", ID: keyspace.ID{Ms: 6}}}})
		if b.oneIn(2) {
			all = append(all, rdbtest.Producer{Name: "\x00", Sent: []rdbtest.Sent{{Number: "1", ID: keyspace.ID{Ms: 7}}}})
		}
		b.s.Counts[keyspace.NoteProducers]++
	}
	p.Producers(among[uint64](b, 1, 100, 86400), among[uint64](b, 1, 100, 10000), all...)
}
