package keyspace

import (
	"cmp"
	"fmt"
	"slices"
)

// Split cuts a whole key into parts of n elements, a string into parts of n
// bytes, the groups of a stream into further parts. A key that is no longer than
// that is returned as it is; so is every key when n is 0. The parts share the
// memory of k.
func Split(k Key, n int) []Key {
	if v, ok := k.Value.(Stream); ok && n > 0 && len(v.Entries)+GroupItems(v.Groups) > n {
		return splitStream(k, v, n)
	}
	length := k.Value.Len()
	if n <= 0 || length <= n {
		return []Key{k}
	}
	parts := make([]Key, 0, (length+n-1)/n)
	for from := 0; from < length; from += n {
		to := min(from+n, length)
		p := k
		p.Value, p.Part, p.More = slice(k.Value, from, to), len(parts), to < length
		parts = append(parts, p)
	}
	return parts
}

func splitStream(k Key, v Stream, n int) (parts []Key) {
	add := func(entries []Entry, groups []Group) {
		v.Entries, v.Groups = entries, groups
		p := k
		p.Value, p.Part, p.More = v, len(parts), true
		parts = append(parts, p)
	}
	entries, groups := v.Entries, v.Groups
	for _, list := range SplitGroups(groups, n) {
		add(nil, list)
	}
	for from := 0; from < len(entries); from += n {
		to := min(from+n, len(entries))
		add(entries[from:to:to], nil)
	}
	parts[len(parts)-1].More = false
	return parts
}

// slice returns the elements from from up to to; what is appended to them
// overwrites nothing.
func slice(v Value, from, to int) Value {
	switch v := v.(type) {
	case String:
		return v[from:to]
	case Hash:
		return v[from:to:to]
	case List:
		return v[from:to:to]
	case Set:
		return v[from:to:to]
	case ZSet:
		return v[from:to:to]
	case HyperLogLog:
		return v[from:to:to]
	case Array:
		v.Cells = v.Cells[from:to:to]
		return v
	case Stream, Opaque: // cut elsewhere, or not at all
	}
	return nil
}

// Join returns a continued by b, the value of the next part of the key. Values
// of different types are an error. A stream keeps the IDs of a, which [Parts]
// finds equal. It may use the memory of a. The elements of an unordered
// collection have to be brought into order when the last part is there, see [Sort].
func Join(a, b Value) (Value, error) {
	switch a := a.(type) {
	case String:
		if b, ok := b.(String); ok {
			return a + b, nil
		}
	case Hash:
		if b, ok := b.(Hash); ok {
			return append(a, b...), nil
		}
	case List:
		if b, ok := b.(List); ok {
			return append(a, b...), nil
		}
	case Set:
		if b, ok := b.(Set); ok {
			return append(a, b...), nil
		}
	case ZSet:
		if b, ok := b.(ZSet); ok {
			return append(a, b...), nil
		}
	case Stream:
		if b, ok := b.(Stream); ok {
			a.Entries = append(a.Entries, b.Entries...)
			a.Groups = joinGroups(a.Groups, b.Groups)
			return a, nil
		}
	case HyperLogLog:
		if b, ok := b.(HyperLogLog); ok {
			return append(a, b...), nil
		}
	case Array:
		if b, ok := b.(Array); ok {
			a.Cells = append(a.Cells, b.Cells...)
			return a, nil
		}
	case Opaque: // has no parts
	}
	return nil, fmt.Errorf("a %s continues a %s", b.Type(), a.Type())
}

// Sort brings the elements of an unordered collection into canonical order, in
// place, and reports whether they are unique. Strings, lists, streams and arrays stay
// as they are: they have the order of their source.
func Sort(v Value) (unique bool) {
	switch v := v.(type) {
	case Hash:
		return sortFunc(v, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	case Set:
		return sortFunc(v, cmp.Compare[string])
	case ZSet:
		return sortFunc(v, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	case HyperLogLog:
		return sortFunc(v, cmp.Compare[string])
	case String, List, Stream, Array, Opaque:
	}
	return true
}

func sortFunc[E any](v []E, compare func(a, b E) int) (unique bool) {
	slices.SortFunc(v, compare)
	for i := 1; i < len(v); i++ {
		if compare(v[i-1], v[i]) == 0 {
			return false
		}
	}
	return true
}
