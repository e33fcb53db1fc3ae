package compare

import (
	"context"
	"fmt"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// Bounds of a collection that the server can only show as a whole.
const (
	wholeElements = 1 << 20
	wholeBytes    = 64 << 20
)

// wholeKey compares a collection that the server can show only as a whole: it
// cannot be asked for a number of elements, or its length is no proof that there
// are no others. The parts are collected until it can be compared.
type wholeKey struct {
	comparer // of the type, where the server can be asked for elements

	elements []Element
	bytes    int
	tooLarge bool
}

func (c *wholeKey) plan(q *Reader, p *Part) {
	if c.collect(p.Key.Value); !c.tooLarge && !p.Key.More {
		p.content = askWhole(&q.round, p.State, c.bytes)
	}
}

func (c *wholeKey) collect(v keyspace.Value) {
	if c.tooLarge {
		return
	}
	start := len(c.elements)
	c.elements = append(c.elements, Elements(v)...)
	for _, e := range c.elements[start:] {
		c.bytes += len(e.Name) + len(e.value) + 2*scoreBytes
	}
	if len(c.elements) > wholeElements || c.bytes > wholeBytes {
		c.elements, c.bytes, c.tooLarge = nil, 0, true
	}
}

func askWhole(r *wire.Round, st *State, limit int) wire.Slot {
	command := "SMEMBERS"
	if st.Type == keyspace.TypeHash {
		command = "HGETALL"
	}
	return r.Add(limit, command, &st.Name)
}

func (c *wholeKey) compare(_ context.Context, q *Reader, p *Part) (bool, error) {
	if c.tooLarge {
		q.lacks(p.State, fmt.Sprintf("%s: a collection is too large to be read as a whole", p.State.Type))
	}
	if v, isHash := p.Key.Value.(keyspace.Hash); isHash {
		return q.readFieldTimes(p, v), nil
	}
	return true, nil
}

func (c *wholeKey) finish(ctx context.Context, q *Reader, p *Part) (bool, error) {
	if c.tooLarge {
		return true, nil
	}
	got := q.round.Reply(p.content)
	if got.Cut { // longer than expected
		var err error
		got, err = q.ask(ctx, p.State, func(r *wire.Round) wire.Slot { return askWhole(r, p.State, wholeBytes) })
		if err != nil {
			return false, err
		}
	}
	return c.compareAll(p.State, got, ZeroUnknown, q.To), nil
}

func (c *wholeKey) alter(d draft) []altered {
	d.named = true
	return c.comparer.alter(d)
}

// compareAll compares all elements with a reply that holds them in any order.
func (c *wholeKey) compareAll(st *State, got wire.Reply, zero ZeroSign, nowMs int64) (ok bool) {
	n, pairs, ok := elementsHeader(&got, st.Type)
	if !ok {
		return false
	}
	left := make(map[string]int, len(c.elements))
	for i, e := range c.elements {
		left[e.Name] = i
	}
	for i := range n {
		name, value, ok := readElement(&got, st.Type, pairs)
		if !ok || !name.Whole() {
			if !got.Cut {
				return false
			}
			st.Add(unnamedElements(st, n-i))
			return true
		}
		at, expected := left[string(name.B)]
		if !expected {
			st.Add(extraElement(st, string(name.B)))
			continue
		}
		delete(left, string(name.B))
		compareElement(st, &c.elements[at], value, zero, nowMs)
	}
	for i := range c.elements {
		e := &c.elements[i]
		if _, missing := left[e.Name]; missing {
			missingElement(st, e, nowMs)
		}
	}
	return true
}

// elementsHeader reads the header of a reply that holds a whole collection, and
// returns how many elements follow. In RESP3 each member of a sorted set is a
// pair with its score; in RESP2 they follow one another.
func elementsHeader(p *wire.Reply, typ keyspace.Type) (n int64, pairs, ok bool) {
	n, ok = p.Array()
	pairs = typ == keyspace.TypeZSet && len(p.B) > 0 && p.B[0] == '*'
	if !ok || pairs || typ == keyspace.TypeSet {
		return n, pairs, ok
	}
	return n / 2, false, n%2 == 0
}

// readElement reads one element of such a reply; those of sets have no value.
func readElement(p *wire.Reply, typ keyspace.Type, pair bool) (name, value wire.Bulk, ok bool) {
	if pair {
		if n, ok := p.Array(); !ok || n != 2 {
			return name, value, false
		}
	}
	if name, ok = p.Bulk(); !ok {
		return name, value, false
	}
	switch typ {
	case keyspace.TypeHash:
		value, ok = p.Bulk()
	case keyspace.TypeZSet:
		value, ok = p.Score()
	case keyspace.TypeSet, keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog,
		keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return name, value, ok
}

func compareElement(st *State, want *Element, got wire.Bulk, zero ZeroSign, nowMs int64) {
	switch st.Type {
	case keyspace.TypeHash:
		compareField(st, &keyspace.Field{Name: want.Name, Value: want.value, ExpireAt: want.expireAt}, got, nowMs)
		return
	case keyspace.TypeZSet:
		compareScore(st, keyspace.Member{Name: want.Name, Score: want.score}, got.B, zero)
	case keyspace.TypeSet, keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog,
		keyspace.TypeArray, keyspace.TypeOpaque:
	}
	st.Present++
}

func missingElement(st *State, e *Element, nowMs int64) {
	if st.Type == keyspace.TypeHash {
		compareField(st, &keyspace.Field{Name: e.Name, Value: e.value, ExpireAt: e.expireAt}, wire.Bulk{Size: -1}, nowMs)
		return
	}
	st.Add(missingMember(st, e.Name))
}
