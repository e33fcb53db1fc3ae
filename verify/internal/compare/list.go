package compare

import (
	"context"
	"fmt"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// listKey compares a list: it asks for the window of each part, and with the last
// for the length. Of a list in one part it asks for one element more instead: if
// that does not come, the length is known, and a store that is slow per request
// has been asked once.
//
// Differences wait for the last part: only the length of the list and the sums
// over all differing positions tell values from order and from a shift.
type listKey struct {
	differing int64      // positions that differ
	want, got [2]uint64  // sums of hashes of the elements there
	first     Difference // the first of them
	values    []Difference
}

func (l *listKey) plan(q *Reader, p *Part) {
	v, _ := p.Key.Value.(keyspace.List)
	if p.Key.Whole() {
		p.content = askElements(&q.round, &p.State.Name, append(v[:len(v):len(v)], ""), 0)
		return
	}
	if len(v) > 0 {
		p.content = askElements(&q.round, &p.State.Name, v, p.base)
	}
	q.planLength(p)
}

func askElements(r *wire.Round, name *string, v keyspace.List, base int64) wire.Slot {
	limit := 0
	for i := range v {
		limit += len(v[i]) + wire.PerBulk
	}
	return r.Add(limit, "LRANGE", name, base, base+int64(len(v))-1)
}

func (l *listKey) compare(ctx context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.List)
	return q.compareOn(ctx, p, len(v),
		func(r *wire.Round, from int) wire.Slot {
			return askElements(r, &p.State.Name, v[from:], p.base+int64(from))
		},
		func(got wire.Reply, from int) (int, bool) {
			return l.compareElements(p.State, v[from:], got, p.base+int64(from))
		})
}

func (l *listKey) finish(ctx context.Context, q *Reader, p *Part) (ok bool, err error) {
	n, ok := int64(0), false
	if p.length != wire.None {
		n, ok = q.lengthOf(p)
	} else { // a list in one part, of which one element more was asked for
		got := q.round.Reply(p.content)
		if n, ok = got.Array(); ok && n > int64(p.Key.Value.Len()) {
			n, ok, err = q.askNumber(ctx, p.State, "LLEN")
		}
	}
	if ok && err == nil {
		l.judge(p.State, n)
	}
	return ok, err
}

// compareElements compares the elements v, the first of which stands at base,
// with the reply to askElements. It returns how many it could compare.
func (l *listKey) compareElements(st *State, v keyspace.List, got wire.Reply, base int64) (done int, ok bool) {
	n, ok := got.Array()
	if !ok || n > int64(len(v))+1 {
		return 0, false
	}
	for i := range min(int(n), len(v)) {
		element, ok := got.Bulk()
		if !ok || element.Undecided(v[i]) {
			return i, got.Cut && i > 0
		}
		st.Present++
		if !element.Equal(v[i]) {
			l.differingElement(st, v[i], element, base+int64(i))
		}
	}
	for i := int(n); i < len(v); i++ { // the list is shorter: LLEN will say so
		l.differingElement(st, v[i], wire.Bulk{Size: -1}, base+int64(i))
	}
	return len(v), true
}

func (l *listKey) differingElement(st *State, want string, got wire.Bulk, i int64) {
	addHashes(&l.want, want)
	if !got.Null() {
		addHashes(&l.got, string(got.B))
		if !got.Whole() {
			l.got[0]++ // longer than anything expected: no permutation
		}
	}
	if l.differing < MaxPerKey {
		d := valueDifference(KindValue, elementPath(st.Path(), "element", i)+"/value", want, got.B, max(0, got.Size))
		if l.differing == 0 {
			l.first = d
		}
		l.values = append(l.values, d)
	}
	l.differing++
}

func addHashes(sums *[2]uint64, s string) {
	sums[0] += MurmurHash64A(s, 0x9e3779b97f4a7c15)
	sums[1] += MurmurHash64A(s, 0xd1b54a32d192ed03)
}

// judge decides what the differing positions are: another length, another
// order, or other values.
func (l *listKey) judge(st *State, length int64) {
	switch {
	case length != st.Want:
		d := Difference{Kind: KindLength, Path: st.Path() + "/length",
			Want: fmt.Sprint(st.Want), Got: fmt.Sprint(length)}
		if l.differing > 0 {
			d.Detail = fmt.Sprintf("first differing: %s want %s got %s", l.first.Path, l.first.Want, l.first.Got)
		}
		st.Add(d)
	case l.differing > 0 && l.want == l.got:
		l.first.Kind = KindOrder
		l.first.Detail = fmt.Sprintf("%d positions differ, the elements are the same", l.differing)
		st.Add(l.first)
	default:
		for _, d := range l.values {
			st.Add(d)
		}
		st.more += max(0, l.differing-int64(len(l.values)))
	}
}

// alter alters the values and the order of one part. Only the last part may
// change the length of the list.
func (l *listKey) alter(d draft) []altered {
	v, _ := d.value().(keyspace.List)
	base := d.base()
	var all []altered
	if n := len(v); d.last && n > 1 {
		all = append(all, altered{KindLength, "/length", without(v, n-1)})
	} else if d.last {
		all = append(all, altered{KindLength, "/length", append(slices.Clone(v), "canary")})
	}
	if !d.drawn || len(v) == 0 {
		return all
	}
	i := d.pick(len(v))
	changed := slices.Clone(v)
	changed[i] = alterBytes(v[i], d.pick)
	all = append(all, altered{KindValue, elementPath("", "element", base+int64(i)) + "/value", changed})
	for i := range len(v) - 1 {
		if v[i] != v[i+1] {
			swapped := slices.Clone(v)
			swapped[i], swapped[i+1] = v[i+1], v[i]
			return append(all, altered{KindOrder, elementPath("", "element", base+int64(i)) + "/value", swapped})
		}
	}
	return all
}
