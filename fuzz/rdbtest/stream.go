package rdbtest

import (
	"slices"

	"redrill/keyspace"
)

// Node is a node of a stream.
type Node struct {
	Key    keyspace.ID // from which the IDs of entries are counted
	Names  []string    // of the fields of the first entry that was ever added
	Events []Event
}

// Event is an entry of a node, perhaps a deleted one.
type Event struct {
	keyspace.Entry
	Deleted bool
}

// Items returns the node as it stands in its listpack:
//
//	live, deleted, names(n, name*), 0 ∥ (flags, ms, seq, [n] pair*, pieces)*
func (p *Pen) Items(n Node) []Item {
	live := 0
	for _, e := range n.Events {
		if !e.Deleted {
			live++
		}
	}
	items := []Item{Int(int64(live)), Int(int64(len(n.Events) - live)), Int(int64(len(n.Names)))}
	items = append(append(items, Texts(n.Names...)...), Int(0))
	for _, e := range n.Events {
		items = append(items, p.event(n, e)...)
	}
	return items
}

func (p *Pen) event(n Node, e Event) (items []Item) {
	flags := int64(0)
	if e.Deleted {
		flags |= 1
	}
	same := p.sameNames(n.Names, e.Pairs)
	if same {
		flags |= 2
	}
	items = []Item{Int(flags), Int(int64(e.ID.Ms - n.Key.Ms)), Int(int64(e.ID.Seq - n.Key.Seq))}
	if !same {
		items = append(items, Int(int64(len(e.Pairs))))
	}
	for _, pair := range e.Pairs {
		if !same {
			items = append(items, Text(pair.Field))
		}
		items = append(items, Text(pair.Value))
	}
	return append(items, Int(int64(len(items))))
}

func (p *Pen) sameNames(names []string, pairs []keyspace.Pair) bool {
	if len(names) != len(pairs) {
		return false
	}
	for i, pair := range pairs {
		if pair.Field != names[i] {
			return false
		}
	}
	return p.choose("stream entry", "with the names of the node", "with names of its own") == "with the names of the node"
}

// Node writes a node.
func (p *Pen) Node(n Node) {
	key := p.nested()
	key.RawID(n.Key.Ms, n.Key.Seq)
	p.Str(string(key.Bytes()))
	p.Str(string(p.Listpack(p.Items(n)...)))
}

// ID writes an ID as two lengths.
func (p *Pen) ID(id keyspace.ID) {
	p.Len(id.Ms)
	p.Len(id.Seq)
}

// Versions of streams by type.
const (
	Stream1 = 15
	Stream2 = 19
	Stream3 = 21
	Stream4 = 26 // REDIS
	Stream5 = 27 // REDIS
)

// StreamHead is what follows the nodes of a stream.
type StreamHead struct {
	Length uint64
	Last   keyspace.ID
	// From Stream2 on.
	First, MaxDeleted keyspace.ID
	Added             uint64
}

// StreamHead writes it.
func (p *Pen) StreamHead(typ byte, h StreamHead) {
	p.Len(h.Length)
	p.ID(h.Last)
	if typ != Stream1 {
		p.ID(h.First)
		p.ID(h.MaxDeleted)
		p.Len(h.Added)
	}
}

// Unknown stands for a number of entries read that is not known.
const Unknown = 1<<64 - 1

// Group writes a consumer group. Entries without an owner are written from Stream5
// on only; from Stream3 on consumers have an active time.
func (p *Pen) Group(typ byte, g keyspace.Group) {
	p.Str(g.Name)
	p.ID(g.LastDeliveredID)
	if typ != Stream1 {
		n, known := g.EntriesRead.Get()
		if !known {
			n = Unknown
		}
		p.Len(n)
	}
	var given []keyspace.ID
	for _, e := range g.Pending {
		if _, owned := e.Owner.Get(); !owned {
			given = append(given, e.ID)
		}
	}
	pending := slices.Clone(g.Pending)
	slices.SortFunc(pending, func(a, b keyspace.Pending) int { return a.ID.Compare(b.ID) })
	if p.choose("pending entries", "ascending", "descending") == "descending" {
		slices.Reverse(pending)
	}
	p.Len(uint64(len(pending)))
	for _, e := range pending {
		p.RawID(e.ID.Ms, e.ID.Seq)
		p.Ms(e.DeliveredMs)
		p.Len(e.Deliveries)
	}
	p.Len(uint64(len(g.Consumers)))
	for _, c := range g.Consumers {
		p.consumer(typ, c, pending)
	}
	if typ == Stream5 {
		p.Len(uint64(len(given)))
		for _, id := range given {
			p.RawID(id.Ms, id.Seq)
		}
	}
}

func (p *Pen) consumer(typ byte, c keyspace.Consumer, pending []keyspace.Pending) {
	p.Str(c.Name)
	seen, _ := c.SeenMs.Get()
	p.Ms(seen)
	if typ >= Stream3 {
		active, _ := c.ActiveMs.Get()
		p.Ms(active)
	}
	var own []keyspace.ID
	for _, e := range pending {
		if owner, owned := e.Owner.Get(); owned && owner == c.Name {
			own = append(own, e.ID)
		}
	}
	p.Len(uint64(len(own)))
	for _, id := range own {
		p.RawID(id.Ms, id.Seq)
	}
}

// Producer is what a stream remembers of an idempotent producer.
type Producer struct {
	Name string
	Sent []Sent
}

// Sent is what a producer sent, under its own number.
type Sent struct {
	Number string
	ID     keyspace.ID
}

// Producers writes what a stream remembers of producers, for seconds and so many of
// each: from Stream4 on.
func (p *Pen) Producers(seconds, limit uint64, all ...Producer) {
	p.Len(seconds)
	p.Len(limit)
	p.Len(uint64(len(all)))
	for _, producer := range all {
		p.Str(producer.Name)
		p.Len(uint64(len(producer.Sent)))
		for _, s := range producer.Sent {
			p.Str(s.Number)
			p.ID(s.ID)
		}
	}
	p.Len(uint64(len(all))) // added
	p.Len(0)                // duplicates
}
