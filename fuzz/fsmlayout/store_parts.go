package fsmlayout

import "redrill/keyspace"

// Parts returns the visible keys of the snapshot, with those of more than n
// elements in consecutive parts of n, so that memory does not grow with the
// largest key. Strings are small and stay whole.
//
// Keys and parts are in the order in which they are decoded, type by type in
// the order of type precedence (docs/FORMAT.md, section 3.10): with the part
// limit of the decoder as n, whose bytes 8192 elements do not reach, the dump
// of this sequence is the dump of the snapshot, byte for byte.
func (s Store) Parts(n int) keyspace.Seq {
	return s.each(func(t keyspace.Type, p plan, yield func(keyspace.Key, error) bool) bool {
		return s.parts(t, p, int64(n), yield)
	})
}

// parts yields one key. It reports whether to go on.
func (s Store) parts(t keyspace.Type, p plan, n int64, yield func(keyspace.Key, error) bool) bool {
	if p.elements <= n || t == keyspace.TypeString {
		return yield(s.key(t, p), nil)
	}
	if t == keyspace.TypeHyperLogLog { // a small one
		for _, part := range keyspace.Split(s.key(t, p), int(n)) {
			if !yield(part, nil) {
				return false
			}
		}
		return true
	}
	k := keyspace.Key{Name: p.name, More: true}
	if p.expireAtMs != 0 {
		k.ExpireAt = keyspace.ExpireAtMs(int64(p.expireAtMs))
	}
	for low, left := int64(0), p.elements; left > 0; left -= n {
		high := low
		for live := int64(0); live < min(n, left); high++ {
			if !p.gone(high) {
				live++
			}
		}
		k.Value, k.More = p.slice(t, low, high), left > n
		if !yield(k, nil) {
			return false
		}
		low = high
		k.Part++
	}
	return true
}

// slice returns the elements in the slots from low to high as a value.
func (p plan) slice(t keyspace.Type, low, high int64) keyspace.Value {
	switch t {
	case keyspace.TypeHash:
		return collectFrom[keyspace.Hash](p, low, high, p.field)
	case keyspace.TypeList:
		return collectFrom[keyspace.List](p, low, high, p.listElement)
	case keyspace.TypeSet:
		return collectFrom[keyspace.Set](p, low, high, p.member)
	case keyspace.TypeZSet:
		return collectFrom[keyspace.ZSet](p, low, high, p.scored)
	case keyspace.TypeStream:
		return keyspace.Stream{
			Entries: collectFrom[[]keyspace.Entry](p, low, high, p.entry), LastID: p.id(p.slots() - 1), MaxDeletedID: p.trimmed(),
		}
	case keyspace.TypeString, keyspace.TypeHyperLogLog:
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}
