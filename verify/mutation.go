package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"redrill/keyspace"
)

// mutation is an altered expectation: comparing its parts with a server that
// holds the original must give exactly one difference.
type mutation struct {
	kind  Kind
	typ   keyspace.Type // of the original
	path  string
	parts []keyspace.Key
}

// altered is an alteration of the value of one part.
type altered struct {
	kind  Kind
	path  string // below the key
	value keyspace.Value
}

// drawer returns a number from 0 to n-1.
type drawer = func(n int) int

// mutations returns an alteration of the key for every kind of difference that
// it allows on the server. It does not change the parts.
func mutations(parts []keyspace.Key, server Server, exact bool, pick drawer) []mutation {
	first := parts[0]
	typ := first.Value.Type()
	var all []mutation
	add := func(kind Kind, path string, changed []keyspace.Key) {
		all = append(all, mutation{kind: kind, typ: typ, path: keyPath(changed[0].Name) + path, parts: changed})
	}
	add(KindMissing, "", each(parts, func(k *keyspace.Key) { k.Name += freshName(pick) }))
	other := keyspace.Value(keyspace.String("canary"))
	if typ == keyspace.TypeString || typ == keyspace.TypeHyperLogLog {
		other = keyspace.Hash{{Name: "canary", Value: ""}}
	}
	add(KindType, "/type", []keyspace.Key{{DB: first.DB, Name: first.Name, ExpireAt: first.ExpireAt, Value: other}})
	for _, e := range alteredExpiry(first.ExpireAt, exact) {
		add(e.kind, "/expire_at_ms", each(parts, func(k *keyspace.Key) { k.ExpireAt = e.at }))
	}
	base, at := int64(0), pick(len(parts))
	for i, k := range parts {
		if i == at || i == len(parts)-1 {
			for _, a := range alteredPart(k, parts, base, i == at, i == len(parts)-1, server, pick) {
				changed := slices.Clone(parts)
				changed[i].Value = a.value
				add(a.kind, a.path, changed)
			}
		}
		base += int64(k.Value.Len())
	}
	if v, ok := parts[len(parts)-1].Value.(keyspace.Stream); ok {
		for _, a := range alteredStreamIDs(v, largestEntry(parts), server) {
			add(a.kind, a.path, each(parts, func(k *keyspace.Key) {
				v, _ := k.Value.(keyspace.Stream)
				v.LastID, v.MaxDeletedID = a.lastID, a.maxDeletedID
				k.Value = v
			}))
		}
	}
	return all
}

// alteredPart returns the alterations of the value of one part. Drawn says that
// the part was drawn to be altered, last that it is the last of the key.
func alteredPart(k keyspace.Key, parts []keyspace.Key, base int64, drawn, last bool, server Server, pick drawer) []altered {
	named := server.needsWhole(k.Value.Type()) || server.ElementScan && len(parts) == 1
	switch v := k.Value.(type) {
	case keyspace.List:
		return alteredList(v, base, drawn, last, pick)
	case keyspace.HyperLogLog:
		if last {
			return alteredHyperLogLog(v, parts, server)
		}
	case keyspace.String:
		if drawn {
			return alteredString(v, pick)
		}
	case keyspace.Hash:
		if drawn {
			return alteredHash(v, named, pick)
		}
	case keyspace.Set:
		if drawn {
			return alteredSet(v, named, pick)
		}
	case keyspace.ZSet:
		if drawn {
			return alteredZSet(v, named, pick)
		}
	case keyspace.Stream:
		if drawn {
			return alteredStream(v, largestEntry(parts), pick)
		}
	}
	return nil
}

// each returns a copy of the parts with every one changed.
func each(parts []keyspace.Key, change func(*keyspace.Key)) []keyspace.Key {
	parts = slices.Clone(parts)
	for i := range parts {
		change(&parts[i])
	}
	return parts
}

// freshName returns a name that nothing has.
func freshName(pick drawer) string { return fmt.Sprintf("\x00canary-%d", pick(math.MaxInt)) }

type expiryChange struct {
	kind Kind
	at   keyspace.ExpireAt
}

// canaryExpireMs is an expire time far away from anybody's clock.
const canaryExpireMs = 1 << 45

// farthestPTTLMs is before where any server stops counting, see pttlCeilingMs.
const farthestPTTLMs = 1 << 43

// alteredExpiry returns the alterations of an expire time: another one, one too
// many, one too few. Where the server shows expire times exactly the other one is
// a millisecond away, else an hour.
func alteredExpiry(e keyspace.ExpireAt, exact bool) []expiryChange {
	ms, ok := e.Ms()
	if !ok {
		return []expiryChange{{KindExpiryMissing, keyspace.ExpireAtMs(canaryExpireMs)}}
	}
	step := int64(1)
	if !exact {
		step = 3600_000
	}
	if ms > canaryExpireMs {
		step = -step
	}
	changes := []expiryChange{{KindExpiryExtra, keyspace.ExpireAt{}}}
	if exact || ms < farthestPTTLMs {
		changes = append(changes, expiryChange{KindExpiry, keyspace.ExpireAtMs(ms + step)})
	}
	return changes
}

// alterBytes returns s with one byte changed, or one added to an empty one.
func alterBytes(s string, pick drawer) string {
	if s == "" {
		return "\x00"
	}
	b := []byte(s)
	b[pick(len(b))] ^= 1 << pick(8)
	return string(b)
}

// extraPath is where an extra element is reported: by name where the server can
// enumerate the collection.
func extraPath(named bool, path string) string {
	if named {
		return path
	}
	return "/length"
}

// insert returns sorted names with one more.
func insert[S ~[]E, E any](s S, e E, name func(E) string) S {
	at, _ := slices.BinarySearchFunc(s, name(e), func(x E, n string) int { return strings.Compare(name(x), n) })
	return slices.Insert(slices.Clone(s), at, e)
}

// without returns s without one element.
func without[S ~[]E, E any](s S, i int) S { return slices.Delete(slices.Clone(s), i, i+1) }
