package keyspace

import "math"

// Representable returns the part of k that a Redis server can hold, and how
// many elements it had to leave out: members with a NaN score, stream entries
// 0-0 and stream entries without fields. When nothing is left out, k is
// returned as it is; otherwise its value is a copy.
func Representable(k Key) (kept Key, dropped int) {
	switch v := k.Value.(type) {
	case ZSet:
		dropped = countFunc(v, memberIsNaN)
		if dropped > 0 {
			k.Value = ZSet(rejectFunc(v, memberIsNaN))
		}
	case Stream:
		dropped = countFunc(v.Entries, entryIsUnrepresentable)
		if dropped > 0 {
			v.Entries = rejectFunc(v.Entries, entryIsUnrepresentable)
			k.Value = v
		}
	case String, Hash, List, Set, HyperLogLog, Array, Opaque:
	}
	return k, dropped
}

func memberIsNaN(m Member) bool { return math.IsNaN(m.Score) }

func entryIsUnrepresentable(e Entry) bool { return e.ID.IsZero() || len(e.Pairs) == 0 }

func countFunc[T any](s []T, is func(T) bool) (n int) {
	for _, v := range s {
		if is(v) {
			n++
		}
	}
	return n
}

func rejectFunc[T any](s []T, is func(T) bool) []T {
	kept := make([]T, 0, len(s))
	for _, v := range s {
		if !is(v) {
			kept = append(kept, v)
		}
	}
	return kept
}
