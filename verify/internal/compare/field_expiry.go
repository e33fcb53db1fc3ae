package compare

import (
	"strconv"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// timeBytes is more than an integer takes in a reply.
const timeBytes = 24

// What HPEXPIRETIME answers besides a time.
const (
	noField     = -2
	noFieldTime = -1
)

// uncheckedFieldTimes is why a hash is unsupported whose fields expire.
const uncheckedFieldTimes = "hashes: expire times of fields: the server has no HPEXPIRETIME"

func askFieldTimes(r *wire.Round, name *string, v keyspace.Hash) wire.Slot {
	r.Begin("HPEXPIRETIME", name, "FIELDS", len(v))
	for i := range v {
		r.Arg(&v[i].Name)
	}
	return r.End(len(v) * timeBytes)
}

// readFieldTimes reads the expire times of the fields of a part, where they were asked. It
// reports false when the reply is none, and has marked the key then. A key whose fields
// expire is unsupported where they cannot be asked.
func (q *Reader) readFieldTimes(p *Part, v keyspace.Hash) (ok bool) {
	q.times = q.times[:0]
	if p.times == wire.None {
		if _, expires := p.State.Fields.Latest.Ms(); expires {
			q.lacks(p.State, uncheckedFieldTimes)
		}
		return true
	}
	got := q.round.Reply(p.times)
	n, ok := got.Array()
	ok = ok && n == int64(len(v))
	for i := int64(0); ok && i < n; i++ {
		var ms int64
		ms, ok = got.Integer()
		q.times = append(q.times, ms)
	}
	if !ok {
		q.fails(p.State, &q.round, p.times)
	}
	return ok
}

// compareFieldTime compares the expire time of a field that is there. It was asked after
// the value: a field may have expired between the two.
func compareFieldTime(st *State, want *keyspace.Field, got, nowMs int64) {
	path := fieldPath(st, want.Name) + "/expire_at_ms"
	ms, expires := want.ExpireAt.Ms()
	text := strconv.FormatInt(ms, 10)
	switch {
	case got == noField && want.ExpireAt.ExpiredAt(nowMs):
	case got == noField:
		st.Changes = append(st.Changes, "a key lost elements during the run")
	case got == noFieldTime && expires:
		st.Add(Difference{Kind: KindFieldExpiryMissing, Path: path, Want: text, Got: "none"})
	case got != noFieldTime && !expires:
		st.Add(Difference{Kind: KindFieldExpiryExtra, Path: path, Want: "none", Got: strconv.FormatInt(got, 10)})
	case expires && got != ms:
		st.Add(Difference{Kind: KindFieldExpiry, Path: path, Want: text, Got: strconv.FormatInt(got, 10)})
	}
}

// FieldTimes is what is known about when the fields of a hash expire, of all its parts so
// far. When all of them have, the key is gone.
type FieldTimes struct {
	Forever bool              // an expected field has no expire time
	Latest  keyspace.ExpireAt // of the expected fields
	Lapsed  keyspace.ExpireAt // the latest of those that are gone, as they must be by the server's clock

	soon map[int64]int64 // fields that were found, by the second after which they are gone
}

// soonMs is how long after it was found the time of a field is remembered.
const soonMs = 3600_000

// expect counts what is expected.
func (t *FieldTimes) expect(v keyspace.Hash) {
	for i := range v {
		if _, expires := v[i].ExpireAt.Ms(); !expires {
			t.Forever = true
			continue
		}
		t.Latest = keyspace.Later(t.Latest, v[i].ExpireAt)
	}
}

func (t *FieldTimes) lapsed(at keyspace.ExpireAt) { t.Lapsed = keyspace.Later(t.Lapsed, at) }

// found counts a field that was there at nowMs.
func (t *FieldTimes) found(at keyspace.ExpireAt, nowMs int64) {
	ms, expires := at.Ms()
	if !expires || ms > nowMs+soonMs {
		return
	}
	if t.soon == nil {
		t.soon = map[int64]int64{}
	}
	t.soon[ms/1000]++
}

// gone returns how many of the fields that were found may have expired at nowMs.
func (t *FieldTimes) gone(nowMs int64) (n int64) {
	for second, fields := range t.soon {
		if second <= nowMs/1000 {
			n += fields
		}
	}
	return n
}

// AllBy returns when the last expected field expires; ok is false if there is one that
// does not, or none at all.
func (t *FieldTimes) AllBy() (at keyspace.ExpireAt, ok bool) {
	_, ok = t.Latest.Ms()
	return t.Latest, ok && !t.Forever
}

// alteredFieldTimes returns alterations of the expire time of a field: another one, one too
// many, one too few.
func alteredFieldTimes(v keyspace.Hash, pick drawer) (all []altered) {
	from := pick(len(v))
	done := map[bool]bool{}
	for i := range v {
		at := (from + i) % len(v)
		_, expires := v[at].ExpireAt.Ms()
		if done[expires] {
			continue
		}
		done[expires] = true
		for _, e := range alteredExpiry(v[at].ExpireAt, true) {
			changed := append(keyspace.Hash{}, v...)
			changed[at].ExpireAt = e.at
			all = append(all, altered{fieldExpiryKinds[e.kind], "/field " + quote(v[at].Name) + "/expire_at_ms", changed})
		}
	}
	return all
}

var fieldExpiryKinds = map[Kind]Kind{
	KindExpiry: KindFieldExpiry, KindExpiryMissing: KindFieldExpiryMissing, KindExpiryExtra: KindFieldExpiryExtra,
}
