package rdb

import (
	"slices"
	"strings"

	"redrill/keyspace"
)

const (
	pendingBytes  = rawIDBytes + 8 + 1 // at least: ID, time, count
	consumerBytes = 1 + 8 + 1          // at least: name, time, number of entries
)

// skipGroup passes a consumer group.
func (w *walk) skipGroup(f form) error {
	in := w.in
	if err := in.skipStrs(1); err != nil {
		return err
	}
	numbers := 2
	if f >= formStream2 {
		numbers++
	}
	if err := w.in.lens(numbers); err != nil {
		return err
	}
	err := in.skipItems("pending entries", pendingBytes, func() error {
		if err := in.skip(rawIDBytes + 8); err != nil {
			return err
		}
		_, err := in.len()
		return err
	})
	if err != nil {
		return err
	}
	err = in.skipItems("consumers", consumerBytes, func() error {
		if err := in.skipStrs(1); err != nil {
			return err
		}
		times := int64(8)
		if f >= formStream3 {
			times += 8
		}
		if err := in.skip(times); err != nil {
			return err
		}
		return in.skipIDs()
	})
	if err != nil || f < formStream5 {
		return err
	}
	return in.skipIDs()
}

// skipIDs passes a number of IDs that stands in front of them.
func (r *reader) skipIDs() error {
	n, err := r.count("IDs", rawIDBytes)
	if err != nil {
		return err
	}
	return r.skip(n * rawIDBytes)
}

// streamGroups reads all groups of a stream.
func (o *out) streamGroups(f form) ([]keyspace.Group, error) {
	n, err := o.in.count("groups", 5)
	if err != nil {
		return nil, err
	}
	var groups []keyspace.Group
	at := o.in.pos()
	for range n {
		g, err := o.group(f)
		if err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	if twice, ok := sortByName(groups, func(g *keyspace.Group) string { return g.Name }); ok {
		return nil, unreadablef(at, "group %q occurs twice", twice)
	}
	return groups, nil
}

// sortByName sorts items by their names, and returns a name that two of them have.
func sortByName[E any](items []E, name func(*E) string) (twice string, ok bool) {
	slices.SortFunc(items, func(a, b E) int { return strings.Compare(name(&a), name(&b)) })
	for i := 1; i < len(items); i++ {
		if n := name(&items[i]); n == name(&items[i-1]) {
			return n, true
		}
	}
	return "", false
}

// unknownRead is the number of entries read where it is not known.
const unknownRead = 1<<64 - 1

// group reads a consumer group.
func (o *out) group(f form) (g keyspace.Group, err error) {
	if g.Name, err = o.in.owned(); err != nil {
		return g, err
	}
	if g.LastDeliveredID, err = o.in.lenID(); err != nil {
		return g, err
	}
	if f >= formStream2 {
		n, err := o.in.len()
		if err != nil {
			return g, err
		}
		if n != unknownRead {
			g.EntriesRead = keyspace.Some(n)
		}
	}
	p := pendingList{o: o, group: g.Name}
	if err := p.read(); err != nil {
		return g, err
	}
	if g.Consumers, err = p.consumers(f); err != nil {
		return g, err
	}
	g.Pending, err = p.finish(f)
	return g, err
}

// pendingList is the pending list of a group while its owners are read: consumers
// repeat the IDs of their entries.
type pendingList struct {
	o     *out
	group string
	at    int64
	all   []keyspace.Pending // ascending
}

func (p *pendingList) fail(format string, args ...any) error {
	return unreadablef(p.at, "group %q: "+format, append([]any{p.group}, args...)...)
}

func (p *pendingList) read() error {
	in := p.o.in
	p.at = in.pos()
	n, err := in.count("pending entries", pendingBytes)
	if err != nil {
		return err
	}
	for range n {
		b, err := in.bytes(rawIDBytes)
		if err != nil {
			return err
		}
		e := keyspace.Pending{ID: rawID(b)}
		if e.DeliveredMs, err = in.i64(); err != nil {
			return err
		}
		if e.Deliveries, err = in.len(); err != nil {
			return err
		}
		p.all = append(p.all, e)
	}
	slices.SortFunc(p.all, func(a, b keyspace.Pending) int { return a.ID.Compare(b.ID) })
	for i := 1; i < len(p.all); i++ {
		if p.all[i].ID == p.all[i-1].ID {
			return p.fail("pending entry %s occurs twice", p.all[i].ID)
		}
	}
	return nil
}

// consumers reads the consumers, and notes the owners of entries.
func (p *pendingList) consumers(f form) ([]keyspace.Consumer, error) {
	in := p.o.in
	n, err := in.count("consumers", consumerBytes)
	if err != nil {
		return nil, err
	}
	var all []keyspace.Consumer
	for range n {
		c, err := p.consumer(f)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if twice, ok := sortByName(all, func(c *keyspace.Consumer) string { return c.Name }); ok {
		return nil, p.fail("consumer %q occurs twice", twice)
	}
	return all, nil
}

func (p *pendingList) consumer(f form) (c keyspace.Consumer, err error) {
	in := p.o.in
	if c.Name, err = in.owned(); err != nil {
		return c, err
	}
	seen, err := in.i64()
	if err != nil {
		return c, err
	}
	c.SeenMs = keyspace.Some(seen)
	if f >= formStream3 {
		active, err := in.i64()
		if err != nil {
			return c, err
		}
		c.ActiveMs = keyspace.Some(active)
	}
	return c, p.eachID(func(id keyspace.ID) error {
		e := p.find(id)
		if e == nil {
			return p.fail("consumer %q owns the entry %s, which is not pending", c.Name, id)
		}
		if owner, owned := e.Owner.Get(); owned {
			return p.fail("the pending entry %s belongs to %q and to %q", id, owner, c.Name)
		}
		e.Owner = keyspace.Some(c.Name)
		return nil
	})
}

// eachID reads a number of IDs.
func (p *pendingList) eachID(take func(keyspace.ID) error) error {
	in := p.o.in
	n, err := in.count("IDs", rawIDBytes)
	if err != nil {
		return err
	}
	for range n {
		b, err := in.bytes(rawIDBytes)
		if err != nil {
			return err
		}
		if err := take(rawID(b)); err != nil {
			return err
		}
	}
	return nil
}

// find returns the pending entry of an ID, or nil.
func (p *pendingList) find(id keyspace.ID) *keyspace.Pending {
	i, ok := slices.BinarySearchFunc(p.all, id, func(e keyspace.Pending, id keyspace.ID) int { return e.ID.Compare(id) })
	if !ok {
		return nil
	}
	return &p.all[i]
}

// finish returns the pending entries: those with an owner, then those that were given
// back, which only the newest form knows.
func (p *pendingList) finish(f form) ([]keyspace.Pending, error) {
	var back []keyspace.Pending
	seen := map[keyspace.ID]bool{}
	if f >= formStream5 {
		err := p.eachID(func(id keyspace.ID) error {
			e := p.find(id)
			switch {
			case e == nil:
				return p.fail("the entry %s was given back and is not pending", id)
			case e.Owner != keyspace.Optional[string]{}:
				return p.fail("the pending entry %s was given back and has an owner", id)
			case seen[id]:
				return p.fail("the pending entry %s was given back twice", id)
			}
			seen[id] = true
			back = append(back, *e)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	owned := p.all[:0]
	for _, e := range p.all {
		_, isOwned := e.Owner.Get()
		switch {
		case isOwned:
			owned = append(owned, e)
		case !seen[e.ID]:
			return nil, p.fail("nobody owns the pending entry %s: a server ends when it is asked about it", e.ID)
		}
	}
	return append(owned, back...), nil
}
