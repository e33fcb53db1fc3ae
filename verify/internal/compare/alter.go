package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"redrill/keyspace"
)

// Alteration is an altered expectation: comparing its parts with a server that
// holds the original must give exactly one difference.
type Alteration struct {
	Kind  Kind
	Type  keyspace.Type // of the original
	Path  string
	Parts []keyspace.Key
}

// altered is an alteration of the value of one part.
type altered struct {
	kind  Kind
	path  string // below the key
	value keyspace.Value
}

// drawer returns a number from 0 to n-1.
type drawer = func(n int) int

// draft is a part of a key that is to be altered.
type draft struct {
	parts  []keyspace.Key // of the whole key
	at     int            // which of them
	drawn  bool           // it was drawn: its elements may be altered
	last   bool           // it is the last: what belongs to the whole may be altered
	named  bool           // the server shows all elements by name
	server Server
	pick   drawer
}

func (d draft) value() keyspace.Value { return d.parts[d.at].Value }

// base returns how many elements stand before the part.
func (d draft) base() (n int64) {
	for _, k := range d.parts[:d.at] {
		n += int64(k.Value.Len())
	}
	return n
}

// extraPath is where an extra element is reported: by name where the server can
// enumerate the collection.
func (d draft) extraPath(path string) string {
	if d.named || d.server.ElementScan && len(d.parts) == 1 {
		return path
	}
	return "/length"
}

// altered returns the key with the part altered.
func (d draft) altered(a altered) Alteration {
	changed := slices.Clone(d.parts)
	changed[d.at].Value = a.value
	return Alteration{Kind: a.kind, Type: d.value().Type(), Path: KeyPath(changed[0].Name) + a.path, Parts: changed}
}

func (d draft) alter() []altered { return newComparer(d.value().Type(), d.server).alter(d) }

// Alterations returns an alteration of the key for every kind of difference that
// it allows on the server. It does not change the parts.
func Alterations(parts []keyspace.Key, server Server, exact bool, pick drawer) []Alteration {
	first := parts[0]
	typ := first.Value.Type()
	var all []Alteration
	add := func(kind Kind, path string, changed []keyspace.Key) {
		all = append(all, Alteration{Kind: kind, Type: typ, Path: KeyPath(changed[0].Name) + path, Parts: changed})
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
	at := pick(len(parts))
	for i := range parts {
		d := draft{parts: parts, at: i, drawn: i == at, last: i == len(parts)-1, server: server, pick: pick}
		if !d.drawn && !d.last {
			continue
		}
		for _, a := range d.alter() {
			all = append(all, d.altered(a))
		}
	}
	return all
}

// AlteredFirst returns the alterations of the first of several parts that leave
// everything else of the key where it is, so that the others need not be known.
func AlteredFirst(first keyspace.Key, server Server, pick drawer) (all []Alteration) {
	d := draft{parts: []keyspace.Key{first}, drawn: true, server: server, pick: pick}
	for _, a := range d.alter() {
		if inPlace(a.kind) {
			all = append(all, d.altered(a))
		}
	}
	return all
}

// inPlace reports whether an alteration of the kind leaves everything else of
// the key where it is.
func inPlace(kind Kind) bool {
	return slices.Contains([]Kind{KindValue, KindFieldValue, KindMemberMissing, KindScore, KindEntryFields}, kind)
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

// insert returns sorted names with one more.
func insert[S ~[]E, E any](s S, e E, name func(E) string) S {
	at, _ := slices.BinarySearchFunc(s, name(e), func(x E, n string) int { return strings.Compare(name(x), n) })
	return slices.Insert(slices.Clone(s), at, e)
}

// without returns s without one element.
func without[S ~[]E, E any](s S, i int) S { return slices.Delete(slices.Clone(s), i, i+1) }
