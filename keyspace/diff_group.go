package keyspace

import (
	"fmt"
	"strings"
)

// diffGroups returns how the consumer groups of a stream differ.
func diffGroups(want, got []Group) (changes []Change) {
	for w, g := range SideBySide(want, got, func(a, b *Group) int { return strings.Compare(a.Name, b.Name) }) {
		switch {
		case g == nil:
			changes = append(changes, Change{ChangeMissing, "group " + shortened(w.Name) + ": missing"})
		case w == nil:
			changes = append(changes, Change{ChangeExtra, "group " + shortened(g.Name) + ": too many"})
		default:
			changes = append(changes, diffGroup(w, g)...)
		}
	}
	return changes
}

func diffGroup(want, got *Group) (changes []Change) {
	label := "group " + shortened(want.Name) + ": "
	changes = append(changes, diffOne(ChangeGroup, label+"last delivered ID", want.LastDeliveredID, got.LastDeliveredID)...)
	changes = append(changes, diffOne(ChangeGroup, label+"entries read", want.EntriesRead, got.EntriesRead)...)
	for w, g := range SideBySide(want.Consumers, got.Consumers, func(a, b *Consumer) int { return strings.Compare(a.Name, b.Name) }) {
		switch {
		case g == nil:
			changes = append(changes, Change{ChangeConsumer, label + "consumer " + shortened(w.Name) + ": missing"})
		case w == nil:
			changes = append(changes, Change{ChangeConsumer, label + "consumer " + shortened(g.Name) + ": too many"})
		default:
			changes = append(changes, diffOne(ChangeConsumer, label+"consumer "+shortened(w.Name)+": seen", w.SeenMs, g.SeenMs)...)
			changes = append(changes, diffOne(ChangeConsumer, label+"consumer "+shortened(w.Name)+": active", w.ActiveMs, g.ActiveMs)...)
		}
	}
	text := func(e Pending) (name, value string) {
		return e.ID.String(), fmt.Sprintf("of %v, delivered %d times, last at %d", e.Owner, e.Deliveries, e.DeliveredMs)
	}
	for _, c := range diffNamed(want.Pending, got.Pending, "pending entry", equal[Pending], text) {
		changes = append(changes, Change{ChangePending, label + c.Text})
	}
	return changes
}
