package keyspace

import (
	"iter"
	"strconv"
)

// Key is one key of a logical database, or one part of it.
type Key struct {
	DB       int      // logical database, 0-based
	Name     string   // binary safe, may be empty
	ExpireAt ExpireAt // the same on every part
	Value    Value    // never nil
	Part     int      // 0-based index of this part
	More     bool     // the next Key of the sequence continues this one
}

// Whole reports whether k is a complete key: its first part and its last.
func (k Key) Whole() bool { return k.Part == 0 && !k.More }

// Elements returns how many elements the part adds to its key: fields,
// elements, members or entries. A string counts as one, on its first part.
func (k Key) Elements() int {
	if _, ok := k.Value.(String); ok {
		if k.Part == 0 {
			return 1
		}
		return 0
	}
	return k.Value.Len()
}

// Seq is a sequence of keys. Each key occurs once; a large one arrives as
// consecutive parts, all but the last with More. A Seq is single use, promises
// no order between keys, and carries at most one error, as its last pair. The
// strings of a Key are owned by the receiver.
type Seq = iter.Seq2[Key, error]

// ExpireAt is an absolute expire time in Unix milliseconds, or none. The zero
// value is none; 0 ms is a time (1970), not none. Values are comparable.
type ExpireAt struct {
	ms  int64
	set bool
}

// ExpireAtMs returns the expire time ms (Unix milliseconds).
func ExpireAtMs(ms int64) ExpireAt { return ExpireAt{ms: ms, set: true} }

// Ms returns the expire time in Unix milliseconds; ok is false when there is none.
func (e ExpireAt) Ms() (ms int64, ok bool) { return e.ms, e.set }

// ExpiredAt reports whether the key is gone at nowMs. A key lives strictly
// before its expire time (Redis: expired iff when <= now).
func (e ExpireAt) ExpiredAt(nowMs int64) bool { return e.set && e.ms <= nowMs }

// Later returns the later of two expire times; none comes before any.
func Later(a, b ExpireAt) ExpireAt {
	if !a.set || b.set && b.ms > a.ms {
		return b
	}
	return a
}

// String returns "none" or the time in milliseconds.
func (e ExpireAt) String() string {
	if !e.set {
		return "none"
	}
	return strconv.FormatInt(e.ms, 10) + "ms"
}
