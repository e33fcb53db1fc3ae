package fsmlayout

import (
	"fmt"
	"io"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// Profile says what a [Store] holds.
type Profile string

// The profiles. Of a mixed store about half the keys are strings. A store with
// one big key holds nothing else.
const (
	ProfileMixed     Profile = "mixed"
	ProfileStrings   Profile = "strings"
	ProfileBigHash   Profile = "one-big-hash"
	ProfileBigList   Profile = "one-big-list"
	ProfileBigSet    Profile = "one-big-set"
	ProfileBigZSet   Profile = "one-big-zset"
	ProfileBigStream Profile = "one-big-stream"
)

// Profiles lists every profile once.
var Profiles = [...]Profile{
	ProfileMixed, ProfileStrings, ProfileBigHash, ProfileBigList, ProfileBigSet, ProfileBigZSet, ProfileBigStream,
}

// Big reports whether a store of the profile is one key, of N elements.
func (p Profile) Big() bool {
	_, big := p.bigType()
	return big
}

// bigType returns the type of the one big key.
func (p Profile) bigType() (t keyspace.Type, ok bool) {
	switch p {
	case ProfileBigHash:
		return keyspace.TypeHash, true
	case ProfileBigList:
		return keyspace.TypeList, true
	case ProfileBigSet:
		return keyspace.TypeSet, true
	case ProfileBigZSet:
		return keyspace.TypeZSet, true
	case ProfileBigStream:
		return keyspace.TypeStream, true
	case ProfileMixed, ProfileStrings:
	}
	return 0, false
}

// Store is a snapshot of any size that is never held: equal stores write equal
// bytes. Beside the visible keys it has what a busy node leaves: older
// versions, tombstones of keys and elements, delta rows, claims, fences and the
// operational rows. A node can load it, unless it has foreign rows.
type Store struct {
	Seed    uint64
	N       int64 // visible keys, or elements of the one big key; up to 1e9
	Profile Profile
	// ForeignRows adds rows of other services and of the shard catalog, whose
	// contents no node understands.
	ForeignRows bool
}

// Write writes the snapshot to w: wrapper version 1, native payload, footer. It
// returns the size in bytes. Memory does not grow with N.
func (s Store) Write(w io.Writer) (int64, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	e := &emitter{s: s, w: fsmtest.NewWriter(w, fsmtest.Node(storeLastTS))}
	for _, family := range families {
		family(e)
		if e.err != nil {
			return e.w.Bytes(), e.err
		}
	}
	err := e.w.Close()
	return e.w.Bytes(), err
}

// Keys returns the visible keys of the snapshot, each whole, in the order of
// [Store.Parts].
func (s Store) Keys() keyspace.Seq {
	return s.each(func(t keyspace.Type, p plan, yield func(keyspace.Key, error) bool) bool {
		return yield(s.key(t, p), nil)
	})
}

// each returns the sequence of what deliver yields for each visible key. The
// order is that of precedence, names ascending within an encoding.
func (s Store) each(deliver func(t keyspace.Type, p plan, yield func(keyspace.Key, error) bool) bool) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		if err := s.Check(); err != nil {
			yield(keyspace.Key{}, err)
			return
		}
		for _, encoding := range precedence {
			for i := range s.slots(encoding.of) {
				p := s.plan(encoding.of, i)
				if !p.dead && encoding.has(p) && !deliver(encoding.of, p, yield) {
					return
				}
			}
		}
	}
}

// precedence are the encodings of a store in the order of type precedence
// (docs/FORMAT.md, section 3.10), in which keys are decoded. Every key has one.
var precedence = [...]struct {
	of  keyspace.Type
	has func(p plan) bool
}{
	{keyspace.TypeString, func(p plan) bool { return p.form != fsmtest.FormBare }},
	{keyspace.TypeHyperLogLog, func(plan) bool { return true }},
	{keyspace.TypeString, func(p plan) bool { return p.form == fsmtest.FormBare }},
	{keyspace.TypeList, func(p plan) bool { return p.metaBytes != 0 }},
	{keyspace.TypeList, func(p plan) bool { return p.metaBytes == 0 }},
	{keyspace.TypeHash, plan.wide},
	{keyspace.TypeSet, plan.wide},
	{keyspace.TypeZSet, plan.wide},
	{keyspace.TypeHash, plan.blob},
	{keyspace.TypeSet, plan.blob},
	{keyspace.TypeZSet, plan.blob},
	{keyspace.TypeStream, func(plan) bool { return true }},
}

// Check returns an error unless the profile is known and N in its range.
func (s Store) Check() error {
	for _, p := range Profiles {
		if p == s.Profile && s.N >= 0 && s.N <= 1e9 {
			return nil
		}
	}
	return fmt.Errorf("generate store: no profile %q with %d keys or elements", s.Profile, s.N)
}

func (s Store) key(t keyspace.Type, p plan) keyspace.Key {
	k := keyspace.Key{Name: p.name, Value: s.value(t, p)}
	if p.expireAtMs != 0 {
		k.ExpireAt = keyspace.ExpireAtMs(int64(p.expireAtMs))
	}
	return k
}

func (s Store) value(t keyspace.Type, p plan) keyspace.Value {
	switch t {
	case keyspace.TypeString:
		return keyspace.String(p.stringValue())
	case keyspace.TypeHash:
		return collect[keyspace.Hash](p, p.field)
	case keyspace.TypeList:
		return collect[keyspace.List](p, p.listElement)
	case keyspace.TypeSet:
		return collect[keyspace.Set](p, p.member)
	case keyspace.TypeZSet:
		return collect[keyspace.ZSet](p, p.scored)
	case keyspace.TypeStream:
		return p.stream()
	case keyspace.TypeHyperLogLog:
		return keyspace.HyperLogLog(p.hyperLogLogElements())
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

// collect returns the live elements of a key.
func collect[S ~[]E, E any](p plan, element func(j int64) E) S {
	return collectFrom[S](p, 0, p.slots(), element)
}

// collectFrom returns the live elements in the slots from low to high.
func collectFrom[S ~[]E, E any](p plan, low, high int64, element func(j int64) E) S {
	v := make(S, 0, min(p.elements, high-low))
	for j := low; j < high; j++ {
		if !p.gone(j) {
			v = append(v, element(j))
		}
	}
	return v
}
