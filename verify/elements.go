package verify

import (
	"context"
	"errors"
	"fmt"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// countExtra compares the length of a hash, set or sorted set with the elements
// found, and names those that are not expected.
func (w *worker) countExtra(ctx context.Context, p *part) (bool, error) {
	if p.length == wire.None {
		return true, nil
	}
	st := p.st
	n, ok := w.lengthOf(p)
	if !ok {
		return false, nil
	}
	surplus := n - st.present
	if surplus > 0 && st.typ == keyspace.TypeHash && !w.server.ElementScan {
		var err error
		if surplus, err = w.readableSurplus(ctx, st, surplus); err != nil {
			return false, err
		}
	}
	switch {
	case surplus < 0:
		w.changed(st, "a key lost elements during the run")
	case surplus == 0:
	case p.key.Whole() && w.server.ElementScan:
		known := partNames(p.key.Value)
		return true, w.endless(st, nameElements(ctx, w.conn, st, n, surplus, func(name string) bool { return known[name] }))
	case p.key.Whole() || !w.server.ElementScan || st.canary != nil:
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
func (w *worker) readableSurplus(ctx context.Context, st *keyState, surplus int64) (int64, error) {
	w.aux.Reset()
	s := w.aux.Add(wire.ScanReply, "HKEYS", &st.name)
	if err := w.aux.Exec(ctx, w.conn, st.db); err != nil {
		return 0, err
	}
	got := w.aux.Reply(s)
	n, ok := got.Array()
	if !ok {
		return surplus, nil
	}
	return min(max(n-st.present, 0), surplus), nil
}

// partNames returns the names of the elements of a part.
func partNames(v keyspace.Value) map[string]bool {
	names := make(map[string]bool, v.Len())
	switch v := v.(type) {
	case keyspace.Hash:
		for i := range v {
			names[v[i].Name] = true
		}
	case keyspace.Set:
		for i := range v {
			names[v[i]] = true
		}
	case keyspace.ZSet:
		for i := range v {
			names[v[i].Name] = true
		}
	case keyspace.String, keyspace.List, keyspace.Stream, keyspace.HyperLogLog:
	}
	return names
}

// scanCommand returns the command that enumerates the elements of a type, and
// how many byte strings it answers per element.
func scanCommand(t keyspace.Type) (command string, stride int) {
	switch t {
	case keyspace.TypeHash:
		return "HSCAN", 2
	case keyspace.TypeSet:
		return "SSCAN", 1
	case keyspace.TypeZSet:
		return "ZSCAN", 2
	case keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog:
	}
	return "", 0
}

// nameElements enumerates a live collection of size elements and adds a difference for each of
// the surplus elements that is not known; those it does not find are counted.
// Fields that do not show when all are listed are no difference: no client can
// read them. They have expired and are not yet removed.
func nameElements(ctx context.Context, c *wire.Connection, st *keyState, size, surplus int64, known func(string) bool) error {
	command, stride := scanCommand(st.typ)
	named := map[string]bool{}
	left := surplus
	stopped := false
	whole, err := wire.Scan(ctx, c, st.db, stride, size, func(name string) bool {
		if !known(name) && !named[name] {
			named[name] = true
			st.add(extraElement(st, name))
			left--
		}
		stopped = left == 0 || len(st.diffs) >= maxPerKey
		return !stopped
	}, command, &st.name)
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

func extraElement(st *keyState, name string) Difference {
	if st.typ == keyspace.TypeHash {
		return extraField(st, name)
	}
	return extraMember(st, name)
}

// unnamedElements is the difference for elements that are only counted.
func unnamedElements(st *keyState, n int64) Difference {
	kind := KindMemberExtra
	if st.typ == keyspace.TypeHash {
		kind = KindFieldExtra
	}
	return Difference{Kind: kind, Path: st.path() + "/length", Count: n,
		Detail: fmt.Sprintf("%d more than expected, not named", n)}
}

// endless makes the run invalid where an enumeration does not come to an end,
// and lets other errors through.
func (w *worker) endless(st *keyState, err error) error {
	if !errors.Is(err, wire.ErrEndless) {
		return err
	}
	w.tally.invalid.add(fmt.Sprintf("%s: %s", st.path(), err))
	return nil
}
