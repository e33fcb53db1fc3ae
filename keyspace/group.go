package keyspace

// Group is a consumer group of a stream, or one part of it.
type Group struct {
	Name            string
	LastDeliveredID ID
	EntriesRead     Optional[uint64] // none: unknown, as after XGROUP CREATE of an ID in the middle
	Consumers       []Consumer       // ascending by name, unique
	// Pending holds entries that were delivered and not acknowledged: those with an
	// owner ascending by ID, then those without one in the order in which they are
	// delivered again. IDs are unique. Their stream entries may no longer exist.
	Pending []Pending
}

// Consumer is a consumer of a group, with or without pending entries.
type Consumer struct {
	Name     string
	SeenMs   Optional[int64] // last attempt to read, Unix ms
	ActiveMs Optional[int64] // last successful one, Unix ms; -1: never
}

// Pending is an entry that was delivered and not acknowledged.
type Pending struct {
	ID          ID
	Owner       Optional[string] // none: given back (XNACK)
	DeliveredMs int64            // Unix ms; 0 without an owner
	Deliveries  uint64
}

// GroupItems returns how many consumers and pending entries the groups have. A group
// without any counts as one.
func GroupItems(groups []Group) (n int) {
	for i := range groups {
		n += max(1, len(groups[i].Consumers)+len(groups[i].Pending))
	}
	return n
}

// joinGroups returns the groups of a continued by those of the next part. The first
// of these may be the rest of the last one of a.
func joinGroups(a, b []Group) []Group {
	if len(a) == 0 || len(b) == 0 || a[len(a)-1].Name != b[0].Name {
		return append(a, b...)
	}
	last := &a[len(a)-1]
	last.Consumers = append(last.Consumers, b[0].Consumers...)
	last.Pending = append(last.Pending, b[0].Pending...)
	return append(a, b[1:]...)
}

// SplitGroups cuts groups into lists of at most n consumers and pending entries; a
// group without any counts as one. The lists share the memory of groups.
func SplitGroups(groups []Group, n int) (lists [][]Group) {
	var list []Group
	held := 0
	for _, g := range groups {
		for consumers, pending := g.Consumers, g.Pending; ; {
			if held >= n {
				lists, list, held = append(lists, list), nil, 0
			}
			part := g
			part.Consumers, consumers = cut(consumers, n-held)
			part.Pending = nil
			if len(consumers) == 0 {
				part.Pending, pending = cut(pending, n-held-len(part.Consumers))
			}
			list = append(list, part)
			held += max(1, len(part.Consumers)+len(part.Pending))
			if len(consumers)+len(pending) == 0 {
				break
			}
		}
	}
	if len(list) > 0 {
		lists = append(lists, list)
	}
	return lists
}

// cut returns the first n elements and the rest; what is appended to the first
// overwrites nothing.
func cut[E any](s []E, n int) (first, rest []E) {
	n = min(n, len(s))
	if n == 0 {
		return nil, s
	}
	return s[:n:n], s[n:]
}
