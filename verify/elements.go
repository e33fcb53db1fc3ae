package verify

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

// element is a field, a member, or a member with its score.
type element struct {
	name  string
	value string
	score float64
}

// elements returns the elements of a part that have names.
func elements(v keyspace.Value) []element {
	all := make([]element, 0, v.Len())
	switch v := v.(type) {
	case keyspace.Hash:
		for _, f := range v {
			all = append(all, element{name: f.Name, value: f.Value})
		}
	case keyspace.Set:
		for _, m := range v {
			all = append(all, element{name: m})
		}
	case keyspace.ZSet:
		for _, m := range v {
			all = append(all, element{name: m.Name, score: m.Score})
		}
	case keyspace.String, keyspace.List, keyspace.Stream, keyspace.HyperLogLog:
	}
	return all
}

// planLength asks for the number of elements of the whole key, with its last part.
func (q *reader) planLength(p *part) {
	if !p.key.More {
		p.length = q.round.Add(0, collections[p.st.typ].length, &p.st.name)
	}
}

// countExtra compares the length of a hash, set or sorted set with the elements
// found, and names those that are not expected.
func (q *reader) countExtra(ctx context.Context, p *part) (bool, error) {
	if p.length == wire.None {
		return true, nil
	}
	st := p.st
	n, ok := q.lengthOf(p)
	if !ok {
		return false, nil
	}
	surplus := n - st.present
	if surplus > 0 && st.typ == keyspace.TypeHash && !q.server.ElementScan {
		var err error
		if surplus, err = q.readableSurplus(ctx, st, surplus); err != nil {
			return false, err
		}
	}
	switch {
	case surplus < 0:
		st.changes = append(st.changes, "a key lost elements during the run")
	case surplus == 0:
	case p.key.Whole() && q.server.ElementScan:
		known := map[string]bool{}
		for _, e := range elements(p.key.Value) {
			known[e.name] = true
		}
		err := nameElements(ctx, q.conn, st, n, surplus, func(name string) bool { return known[name] })
		if errors.Is(err, wire.ErrEndless) {
			q.invalid.add(fmt.Sprintf("%s: %s", st.path(), err))
			return true, nil
		}
		return true, err
	case p.key.Whole() || !q.server.ElementScan || st.planted:
		st.add(unnamedElements(st, surplus))
	default:
		st.deferred = surplus
	}
	return true, nil
}

// readableSurplus returns how many fields more than expected a hash has that a
// client can read, where they can only be listed together: HLEN counts fields,
// too, that have expired and are not yet removed. Surplus is what is believed
// when they cannot be listed.
func (q *reader) readableSurplus(ctx context.Context, st *state, surplus int64) (int64, error) {
	q.aux.Reset()
	s := q.aux.Add(wire.ScanReply, "HKEYS", &st.name)
	if err := q.aux.Exec(ctx, q.conn, st.db); err != nil {
		return 0, err
	}
	got := q.aux.Reply(s)
	n, ok := got.Array()
	if !ok {
		return surplus, nil
	}
	return min(max(n-st.present, 0), surplus), nil
}

// nameElements enumerates a live collection of size elements and adds a difference for each of
// the surplus elements that is not known; those it does not find are counted.
// Fields that do not show when all are listed are no difference: no client can
// read them. They have expired and are not yet removed.
func nameElements(ctx context.Context, c *wire.Connection, st *state, size, surplus int64, known func(string) bool) error {
	of := collections[st.typ]
	named := map[string]bool{}
	left := surplus
	stopped := false
	whole, err := wire.Scan(ctx, c, st.db, of.stride, size, func(name string) bool {
		if !known(name) && !named[name] {
			named[name] = true
			st.add(extraElement(st, name))
			left--
		}
		stopped = left == 0 || len(st.diffs) >= maxPerKey
		return !stopped
	}, of.scan, &st.name)
	if err != nil && !errors.Is(err, wire.ErrShape) && !errors.Is(err, wire.ErrEndless) { // what cannot be named is counted
		return err
	}
	hidden := st.typ == keyspace.TypeHash && whole && !stopped
	if left > 0 && !hidden {
		st.add(unnamedElements(st, left))
	}
	if errors.Is(err, wire.ErrEndless) {
		return err
	}
	return nil
}

// shownSurplus returns how many of the extra elements of a key that are left to
// others to name a client can read. The length of a hash counts fields, too, that
// have expired and are not yet removed: they show in no listing. What cannot be
// listed is believed.
func shownSurplus(ctx context.Context, c *wire.Connection, st *state) (int64, error) {
	of := collections[st.typ]
	if st.typ != keyspace.TypeHash {
		return st.deferred, nil
	}
	shown := int64(0)
	whole, err := wire.Scan(ctx, c, st.db, of.stride, st.want+st.deferred, func(string) bool { shown++; return true }, of.scan, &st.name)
	switch {
	case err == nil && whole:
		return min(max(shown-st.present, 0), st.deferred), nil
	case errors.Is(err, wire.ErrShape):
		err = nil
	}
	return st.deferred, err
}

// extraElement is the difference for an element that is not expected.
func extraElement(st *state, name string) Difference {
	of := collections[st.typ]
	return Difference{Kind: of.extra, Path: st.path() + "/" + of.what + " " + quote(name)}
}

// unnamedElements is the difference for elements that are only counted.
func unnamedElements(st *state, n int64) Difference {
	return Difference{Kind: collections[st.typ].extra, Path: st.path() + "/length", Count: n,
		Detail: fmt.Sprintf("%d more than expected, not named", n)}
}
