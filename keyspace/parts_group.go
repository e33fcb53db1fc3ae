package keyspace

import (
	"errors"
	"fmt"
)

// groupPlace is how far a consumer group has come in the parts of its stream.
type groupPlace struct {
	consumer  string
	consumers bool // there was one
	pending   bool // there was one
	owned     ID   // the last pending entry with an owner
	anyOwned  bool
	ownerless bool // there was one without
}

// groups checks a group, which may continue the last one of the part before.
func (p *Parts) groups(g *Group, mayContinue bool) error {
	head := *g
	head.Consumers, head.Pending = nil, nil
	switch {
	case mayContinue && p.grouped && g.Name == p.group.Name:
		if g.LastDeliveredID != p.group.LastDeliveredID || g.EntriesRead != p.group.EntriesRead {
			return fmt.Errorf("group %q differs from the part before it", g.Name)
		}
	case p.grouped && g.Name <= p.group.Name:
		return fmt.Errorf("group %q after %q", g.Name, p.group.Name)
	default:
		p.group, p.grouped, p.place = head, true, groupPlace{}
	}
	return p.place.add(g)
}

// add checks the order of what a group, or a part of it, holds.
func (p *groupPlace) add(g *Group) error {
	for _, c := range g.Consumers {
		switch {
		case p.pending:
			return fmt.Errorf("group %q: consumer %q after pending entries", g.Name, c.Name)
		case p.consumers && c.Name <= p.consumer:
			return fmt.Errorf("group %q: consumer %q after %q", g.Name, c.Name, p.consumer)
		}
		p.consumer, p.consumers = c.Name, true
	}
	for _, e := range g.Pending {
		p.pending = true
		_, owned := e.Owner.Get()
		switch {
		case !owned:
			p.ownerless = true
		case p.ownerless:
			return errors.New("a pending entry with an owner after one without")
		case p.anyOwned && e.ID.Compare(p.owned) <= 0:
			return fmt.Errorf("group %q: pending entry %s after %s", g.Name, e.ID, p.owned)
		default:
			p.owned, p.anyOwned = e.ID, true
		}
	}
	return nil
}
