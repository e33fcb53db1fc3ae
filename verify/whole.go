package verify

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

// needsWhole reports whether the server can show collections of the type only
// as a whole: it cannot be asked for a number of elements, or its length is no
// proof that there are no others.
func (s Server) needsWhole(t keyspace.Type) bool {
	switch t {
	case keyspace.TypeHash:
		return !s.HMGet
	case keyspace.TypeSet:
		return !s.SMIsMember
	case keyspace.TypeZSet:
		return !s.ZMScore
	case keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog:
	}
	return false
}

// wholeState collects the parts of a collection until it can be compared.
type wholeState struct {
	elements []element
	bytes    int
	tooLarge bool

	negativeZero bool // a score of -0 is expected
}

// element is a field, a member, or a member with its score.
type element struct {
	name  string
	value string
	score float64
}

// planWhole collects the part and, with the last one, asks for everything.
func (w *worker) planWhole(r *wire.Round, p *part) {
	s := &p.st.whole
	s.collect(p.key.Value)
	if s.tooLarge || p.key.More {
		return
	}
	switch {
	case p.st.typ != keyspace.TypeZSet:
		p.content = askWhole(r, p.st, s.bytes)
	case len(s.elements) < zsetWindow:
		p.content = askRanks(r, p.st, 0, len(s.elements)+1, s.bytes)
	}
	if s.negativeZero {
		w.planEncoding(r, p)
	}
}

func (s *wholeState) collect(v keyspace.Value) {
	if s.tooLarge {
		return
	}
	start := len(s.elements)
	switch v := v.(type) {
	case keyspace.Hash:
		for _, f := range v {
			s.elements = append(s.elements, element{name: f.Name, value: f.Value})
		}
	case keyspace.Set:
		for _, m := range v {
			s.elements = append(s.elements, element{name: m})
		}
	case keyspace.ZSet:
		for _, m := range v {
			s.elements = append(s.elements, element{name: m.Name, score: m.Score})
			s.negativeZero = s.negativeZero || isNegativeZero(m.Score)
		}
	case keyspace.String, keyspace.List, keyspace.Stream, keyspace.HyperLogLog:
	}
	for _, e := range s.elements[start:] {
		s.bytes += len(e.name) + len(e.value) + 2*scoreBytes
	}
	if len(s.elements) > wholeElements || s.bytes > wholeBytes {
		*s = wholeState{tooLarge: true}
	}
}

func askWhole(r *wire.Round, st *keyState, limit int) wire.Slot {
	switch st.typ {
	case keyspace.TypeHash:
		return r.Add(limit, "HGETALL", &st.name)
	case keyspace.TypeSet, keyspace.TypeZSet, keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog:
	}
	return r.Add(limit, "SMEMBERS", &st.name)
}

// contentWhole compares a collection with the reply that holds all of it.
func (w *worker) contentWhole(ctx context.Context, p *part) (bool, error) {
	st := p.st
	if st.whole.tooLarge {
		w.unsupported(st, fmt.Sprintf("%s: a collection is too large to be read as a whole", st.typ))
		return true, nil
	}
	if p.key.More {
		return true, nil
	}
	if st.typ == keyspace.TypeZSet {
		return w.contentWindows(ctx, p)
	}
	got := w.round.Reply(p.content)
	if got.Cut { // longer than expected
		var err error
		got, err = w.ask(ctx, st, func(r *wire.Round) wire.Slot { return askWhole(r, st, wholeBytes) })
		if err != nil {
			return false, err
		}
	}
	return compareWhole(st, got, w.zeroSign(p)), nil
}

// compareWhole compares all elements with a reply that holds them in any order.
func compareWhole(st *keyState, got wire.Reply, zero ZeroSign) (ok bool) {
	n, pairs, ok := elementsHeader(&got, st.typ)
	if !ok {
		return false
	}
	left := make(map[string]int, len(st.whole.elements))
	for i, e := range st.whole.elements {
		left[e.name] = i
	}
	for i := range n {
		name, value, ok := readElement(&got, st.typ, pairs)
		if !ok || !name.Whole() {
			if !got.Cut {
				return false
			}
			st.add(unnamedElements(st, n-i))
			return true
		}
		at, expected := left[string(name.B)]
		if !expected {
			st.extra++
			st.add(extraElement(st, string(name.B)))
			continue
		}
		delete(left, string(name.B))
		compareElement(st, &st.whole.elements[at], value, zero)
	}
	for i := range st.whole.elements {
		e := &st.whole.elements[i]
		if _, missing := left[e.name]; missing {
			missingElement(st, e)
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
	case keyspace.TypeSet, keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog:
	}
	return name, value, ok
}

func compareElement(st *keyState, want *element, got wire.Bulk, zero ZeroSign) {
	switch st.typ {
	case keyspace.TypeHash:
		compareField(st, &keyspace.Field{Name: want.name, Value: want.value}, got)
		return
	case keyspace.TypeZSet:
		compareScore(st, keyspace.Member{Name: want.name, Score: want.score}, got.B, zero)
	case keyspace.TypeSet, keyspace.TypeString, keyspace.TypeList, keyspace.TypeStream, keyspace.TypeHyperLogLog:
	}
	st.present++
}

func missingElement(st *keyState, e *element) {
	if st.typ == keyspace.TypeHash {
		compareField(st, &keyspace.Field{Name: e.name, Value: e.value}, wire.Bulk{Size: -1})
		return
	}
	st.add(missingMember(st, e.name))
}

// planEmpty asks for the length of a collection that may exist although it is
// empty.
func (w *worker) planEmpty(r *wire.Round, p *part) {
	command := map[keyspace.Type]string{
		keyspace.TypeHash: "HLEN", keyspace.TypeList: "LLEN", keyspace.TypeSet: "SCARD", keyspace.TypeZSet: "ZCARD",
	}[p.st.typ]
	if command != "" {
		p.length = r.Add(0, command, &p.st.name)
	}
}
