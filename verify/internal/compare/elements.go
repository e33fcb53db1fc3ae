package compare

import (
	"context"
	"errors"
	"fmt"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// collection is what hashes, lists, sets and sorted sets are to a server. A
// collection without elements is none: its key is gone.
type collection struct {
	length string // the command that counts the elements
	scan   string // the command that enumerates them, if they have names,
	stride int    // and how many byte strings it answers for each
	what   string // an element, in paths
	extra  Kind   // of an element that is not expected
}

var collections = [len(keyspace.Types)]collection{
	keyspace.TypeHash: {"HLEN", "HSCAN", 2, "field", KindFieldExtra},
	keyspace.TypeList: {length: "LLEN"},
	keyspace.TypeSet:  {"SCARD", "SSCAN", 1, "member", KindMemberExtra},
	keyspace.TypeZSet: {"ZCARD", "ZSCAN", 2, "member", KindMemberExtra},
}

// Element is a field, a member, or a member with its score.
type Element struct {
	Name  string
	value string
	score float64

	expireAt keyspace.ExpireAt
}

// Elements returns the elements of a part that have names.
func Elements(v keyspace.Value) []Element {
	all := make([]Element, 0, v.Len())
	switch v := v.(type) {
	case keyspace.Hash:
		for _, f := range v {
			all = append(all, Element{Name: f.Name, value: f.Value, expireAt: f.ExpireAt})
		}
	case keyspace.Set:
		for _, m := range v {
			all = append(all, Element{Name: m})
		}
	case keyspace.ZSet:
		for _, m := range v {
			all = append(all, Element{Name: m.Name, score: m.Score})
		}
	case keyspace.String, keyspace.List, keyspace.Stream, keyspace.HyperLogLog, keyspace.Array, keyspace.Opaque:
	}
	return all
}

// planLength asks for the number of elements of the whole key, with its last part.
func (q *Reader) planLength(p *Part) {
	if !p.Key.More {
		p.length = q.round.Add(0, collections[p.State.Type].length, &p.State.Name)
	}
}

// countExtra compares the length of a hash, set or sorted set with the elements
// found, and names those that are not expected.
func (q *Reader) countExtra(ctx context.Context, p *Part) (bool, error) {
	if p.length == wire.None {
		return true, nil
	}
	st := p.State
	n, ok := q.lengthOf(p)
	if !ok {
		return false, nil
	}
	surplus := n - st.Present
	if gone := st.Fields.gone(q.To); gone > 0 && q.server.ElementScan && !st.Planted {
		surplus += gone // of them as many may be there as have expired meanwhile: those that are listed
	}
	if surplus > 0 && st.Type == keyspace.TypeHash && !q.server.ElementScan {
		var err error
		if surplus, err = q.readableSurplus(ctx, st, surplus); err != nil {
			return false, err
		}
	}
	switch {
	case surplus < 0:
		st.Changes = append(st.Changes, "a key lost elements during the run")
	case surplus == 0:
	case p.Key.Whole() && q.server.ElementScan:
		known := map[string]bool{}
		for _, e := range Elements(p.Key.Value) {
			known[e.Name] = true
		}
		err := NameElements(ctx, q.conn, st, n, surplus, func(name string) bool { return known[name] })
		if errors.Is(err, wire.ErrEndless) {
			q.Invalid.Add(fmt.Sprintf("%s: %s", st.Path(), err))
			return true, nil
		}
		return true, err
	case p.Key.Whole() || !q.server.ElementScan || st.Planted:
		st.Add(unnamedElements(st, surplus))
	default:
		st.Deferred = surplus
	}
	return true, nil
}

// readableSurplus returns how many fields more than expected a hash has that a
// client can read, where they can only be listed together: HLEN counts fields,
// too, that have expired and are not yet removed. Surplus is what is believed
// when they cannot be listed.
func (q *Reader) readableSurplus(ctx context.Context, st *State, surplus int64) (int64, error) {
	q.aux.Reset()
	s := q.aux.Add(wire.ScanReply, "HKEYS", &st.Name)
	if err := q.aux.Exec(ctx, q.conn, st.DB); err != nil {
		return 0, err
	}
	got := q.aux.Reply(s)
	n, ok := got.Array()
	if !ok {
		return surplus, nil
	}
	return min(max(n-st.Present, 0), surplus), nil
}

// NameElements enumerates a live collection of size elements and adds a difference for each of
// the surplus elements that is not known; those it does not find are counted.
// Fields that do not show when all are listed are no difference: no client can
// read them. They have expired and are not yet removed.
func NameElements(ctx context.Context, c *wire.Connection, st *State, size, surplus int64, known func(string) bool) error {
	of := collections[st.Type]
	named := map[string]bool{}
	left := surplus
	stopped := false
	whole, err := wire.Scan(ctx, c, st.DB, of.stride, size, func(name string) bool {
		if !known(name) && !named[name] {
			named[name] = true
			st.Add(extraElement(st, name))
			left--
		}
		stopped = left == 0 || len(st.Diffs) >= MaxPerKey
		return !stopped
	}, of.scan, &st.Name)
	if err != nil && !errors.Is(err, wire.ErrShape) && !errors.Is(err, wire.ErrEndless) { // what cannot be named is counted
		return err
	}
	hidden := st.Type == keyspace.TypeHash && whole && !stopped
	if left > 0 && !hidden {
		st.Add(unnamedElements(st, left))
	}
	if errors.Is(err, wire.ErrEndless) {
		return err
	}
	return nil
}

// CountElements is NameElements for a collection of which present elements were
// found, and of which the names that are known are not at hand: it only counts.
func CountElements(ctx context.Context, c *wire.Connection, st *State, size, surplus, present int64) error {
	of, shown, whole := collections[st.Type], int64(0), false
	var err error
	if st.Type == keyspace.TypeHash { // what shows in no listing is no difference
		whole, err = wire.Scan(ctx, c, st.DB, of.stride, size, func(string) bool { shown++; return true }, of.scan, &st.Name)
	}
	switch {
	case whole:
		surplus = min(max(shown-present, 0), surplus)
	case errors.Is(err, wire.ErrShape): // what cannot be listed is believed
		err = nil
	}
	if surplus > 0 {
		st.Add(unnamedElements(st, surplus))
	}
	return err
}

// extraElement is the difference for an element that is not expected.
func extraElement(st *State, name string) Difference {
	of := collections[st.Type]
	return Difference{Kind: of.extra, Path: st.Path() + "/" + of.what + " " + quote(name)}
}

// unnamedElements is the difference for elements that are only counted.
func unnamedElements(st *State, n int64) Difference {
	return Difference{Kind: collections[st.Type].extra, Path: st.Path() + "/length", Count: n,
		Detail: fmt.Sprintf("%d more than expected, not named", n)}
}
