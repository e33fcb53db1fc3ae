package verify

import (
	"fmt"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// listState is what is known about a list while its parts are compared.
// Differences wait for the last part: only the length of the list and the sums
// over all differing positions tell values from order and from a shift.
type listState struct {
	differing int64      // positions that differ
	want, got [2]uint64  // sums of hashes of the elements there
	first     Difference // the first of them
	values    []Difference
}

// planList asks for the window of the part, and with the last part for the
// length. Of a list in one part it asks for one element more instead: if that
// does not come, the length is known, and a store that is slow per request has
// been asked once.
func (w *worker) planList(r *wire.Round, p *part, v keyspace.List) {
	if p.key.Whole() {
		p.content = askElements(r, &p.st.name, append(v[:len(v):len(v)], ""), 0)
		return
	}
	if len(v) > 0 {
		p.content = askElements(r, &p.st.name, v, p.base)
	}
	if !p.key.More {
		p.length = r.Add(0, "LLEN", &p.st.name)
	}
}

func askElements(r *wire.Round, name *string, v keyspace.List, base int64) wire.Slot {
	limit := 0
	for i := range v {
		limit += len(v[i]) + wire.PerBulk
	}
	return r.Add(limit, "LRANGE", name, base, base+int64(len(v))-1)
}

// compareElements compares the elements v, the first of which stands at base,
// with the reply to askElements. It returns how many it could compare.
func compareElements(st *keyState, v keyspace.List, got wire.Reply, base int64) (done int, ok bool) {
	n, ok := got.Array()
	if !ok || n > int64(len(v))+1 {
		return 0, false
	}
	for i := range min(int(n), len(v)) {
		element, ok := got.Bulk()
		if !ok || element.Undecided(v[i]) {
			return i, got.Cut && i > 0
		}
		st.present++
		if !element.Equal(v[i]) {
			differingElement(st, v[i], element, base+int64(i))
		}
	}
	for i := int(n); i < len(v); i++ { // the list is shorter: LLEN will say so
		differingElement(st, v[i], wire.Bulk{Size: -1}, base+int64(i))
	}
	return len(v), true
}

func differingElement(st *keyState, want string, got wire.Bulk, i int64) {
	l := &st.list
	addHashes(&l.want, want)
	if !got.Null() {
		addHashes(&l.got, string(got.B))
		if !got.Whole() {
			l.got[0]++ // longer than anything expected: no permutation
		}
	}
	if l.differing < maxPerKey {
		d := valueDifference(KindValue, elementPath(st.path(), "element", i)+"/value", want, got.B, max(0, got.Size))
		if l.differing == 0 {
			l.first = d
		}
		l.values = append(l.values, d)
	}
	l.differing++
}

func addHashes(sums *[2]uint64, s string) {
	sums[0] += murmurHash64A(s, 0x9e3779b97f4a7c15)
	sums[1] += murmurHash64A(s, 0xd1b54a32d192ed03)
}

// finishList decides what the differing positions are: another length, another
// order, or other values.
func finishList(st *keyState, length int64) {
	l := &st.list
	switch {
	case length != st.want:
		d := Difference{Kind: KindLength, Path: st.path() + "/length",
			Want: fmt.Sprint(st.want), Got: fmt.Sprint(length)}
		if l.differing > 0 {
			d.Detail = fmt.Sprintf("first differing: %s want %s got %s", l.first.Path, l.first.Want, l.first.Got)
		}
		st.add(d)
	case l.differing > 0 && l.want == l.got:
		l.first.Kind = KindOrder
		l.first.Detail = fmt.Sprintf("%d positions differ, the elements are the same", l.differing)
		st.add(l.first)
	default:
		for _, d := range l.values {
			st.add(d)
		}
		st.more += max(0, l.differing-int64(len(l.values)))
	}
}

// alteredList returns alterations of one part of a list, the first element of
// which stands at base. Only the last part may change its length.
func alteredList(v keyspace.List, base int64, drawn, last bool, pick drawer) []altered {
	var all []altered
	if n := len(v); last && n > 1 {
		all = append(all, altered{KindLength, "/length", without(v, n-1)})
	} else if last {
		all = append(all, altered{KindLength, "/length", append(slices.Clone(v), "canary")})
	}
	if !drawn || len(v) == 0 {
		return all
	}
	i := pick(len(v))
	changed := slices.Clone(v)
	changed[i] = alterBytes(v[i], pick)
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
