// Package shift moves the expire times of a source, all by the same amount, so that
// what was alive when the file was written can be restored and proven later. The
// file and the source stay as they are.
package shift

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// AheadMs is how far behind the present the earliest expire time comes to lie.
const AheadMs = 24 * 60 * 60 * 1000

// Survey finds the earliest expire time of what was alive when a file was written.
type Survey struct {
	writtenMs int64
	earliest  keyspace.ExpireAt
}

// NewSurvey returns a survey of no keys. The file was written at the time that its
// origin says (the fact "ctime", in Unix seconds), else at referenceMs, in Unix
// milliseconds.
func NewSurvey(about keyspace.Origin, referenceMs int64) *Survey {
	if ms, known := WrittenMs(about); known {
		referenceMs = ms
	}
	return &Survey{writtenMs: referenceMs}
}

// WrittenMs returns when a file was written, in Unix milliseconds, if its origin says
// so.
func WrittenMs(about keyspace.Origin) (ms int64, known bool) {
	const latest = math.MaxInt64 / 1000
	switch v := about.Fact("ctime").(type) {
	case uint64:
		if 0 < v && v <= latest {
			return int64(v) * 1000, true
		}
	case string:
		if s, err := strconv.ParseInt(v, 10, 64); err == nil && 0 < s && s <= latest {
			return s * 1000, true
		}
	}
	return 0, false
}

// Add adds a key, or the next part of one, as the source delivers it.
func (s *Survey) Add(k keyspace.Key) {
	if k.ExpireAt.ExpiredAt(s.writtenMs) {
		return // and so has all that is in it
	}
	s.see(k.ExpireAt)
	if hash, is := k.Value.(keyspace.Hash); is {
		for i := range hash {
			s.see(hash[i].ExpireAt)
		}
	}
}

func (s *Survey) see(e keyspace.ExpireAt) {
	ms, expires := e.Ms()
	if !expires || e.ExpiredAt(s.writtenMs) {
		return
	}
	if first, any := s.earliest.Ms(); !any || ms < first {
		s.earliest = e
	}
}

// Shift returns by how much expire times have to move so that the earliest of what
// was alive lies [AheadMs] after nowMs. They never move back, and do not move where
// nothing that was alive expires.
func (s *Survey) Shift(nowMs int64) Shift {
	first, any := s.earliest.Ms()
	if !any {
		return Shift{}
	}
	return Shift{Ms: max(0, add(add(nowMs, AheadMs), negative(first))), WrittenMs: s.writtenMs}
}

// Shift moves expire times. The zero value moves none.
type Shift struct {
	Ms        int64 // what is added; not negative
	WrittenMs int64 // expire times up to this one stay: what had expired stays so
}

// At returns the moved expire time. The latest there is is not passed.
func (s Shift) At(e keyspace.ExpireAt) keyspace.ExpireAt {
	ms, expires := e.Ms()
	if !expires || s.Ms == 0 || e.ExpiredAt(s.WrittenMs) {
		return e
	}
	return keyspace.ExpireAtMs(add(ms, s.Ms))
}

// Key returns k with the expire times of the key and of its fields moved.
func (s Shift) Key(k keyspace.Key) keyspace.Key {
	if s.Ms == 0 {
		return k
	}
	k.ExpireAt = s.At(k.ExpireAt)
	hash, _ := k.Value.(keyspace.Hash)
	copied := false
	for i := range hash {
		at := s.At(hash[i].ExpireAt)
		if at == hash[i].ExpireAt {
			continue
		}
		if !copied { // it is the source's
			hash, copied = append(keyspace.Hash(nil), hash...), true
			k.Value = hash
		}
		hash[i].ExpireAt = at
	}
	return k
}

// Source returns src with all expire times moved.
func (s Shift) Source(src keyspace.Source) keyspace.Source {
	if s.Ms == 0 {
		return src
	}
	return shifted{src, s}
}

type shifted struct {
	keyspace.Source
	by Shift
}

// Keys implements [keyspace.Source].
func (s shifted) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for k, err := range s.Source.Keys(note) {
			if err == nil {
				k = s.by.Key(k)
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

// add returns a + b, or the nearest number there is.
func add(a, b int64) int64 {
	switch sum := a + b; {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	default:
		return sum
	}
}

// negative returns -n, or the nearest number there is.
func negative(n int64) int64 {
	if n == math.MinInt64 {
		return math.MaxInt64
	}
	return -n
}
