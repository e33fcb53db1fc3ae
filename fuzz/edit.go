package fuzz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"redrill/keyspace"
	"redrill/verify"
)

// edit is one change of the live state of one key, and the kind of difference
// that it has to be reported as.
type edit struct {
	kind verify.Kind
	what string        // for people
	key  keyspace.Key  // its name and database; what it becomes
	gone bool          // it becomes nothing
	more keyspace.Type // TypeHyperLogLog: elements are added until a register changes
	// Commands make the change; the key is not written anew then.
	commands [][]any
}

func (e edit) String() string { return fmt.Sprintf("%s of %q (%s)", e.kind, e.key.Name, e.what) }

// editsOf returns every kind of edit that the live key k, whole and
// representable, allows. Where an edit has a place, it is drawn.
func editsOf(k keyspace.Key, asOfMs int64, s verify.Server, r *rand.Rand) []edit {
	edits := []edit{{kind: verify.KindMissing, what: "deleted", key: k, gone: true}, typeEdit(k)}
	edits = append(edits, expiryEdits(k, asOfMs, s.PExpireTime)...)
	value := func(kind verify.Kind, what string, v keyspace.Value) {
		changed := k
		changed.Value = v
		edits = append(edits, edit{kind: kind, what: what, key: changed})
	}
	switch v := k.Value.(type) {
	case keyspace.String:
		value(verify.KindValue, "a byte", keyspace.String(alter(string(v), r)))
	case keyspace.Hash:
		hashEdits(v, r, value)
		if s.FieldExpiry {
			fieldExpiryEdits(v, asOfMs, r, value)
		}
	case keyspace.List:
		listEdits(v, r, value)
	case keyspace.Set:
		name := fresh(func(n string) bool { return slices.Contains(v, n) }, r)
		value(verify.KindMemberExtra, "a member more", append(slices.Clip(v), name))
		if len(v) > 1 {
			value(verify.KindMemberMissing, "a member less", without(v, r.IntN(len(v))))
		}
	case keyspace.ZSet:
		zsetEdits(v, r, value)
	case keyspace.Stream:
		streamEdits(v, s, r, value)
		if s.MaxDeletedID { // a server that shows all of a stream
			edits = append(edits, groupEdits(k, s, r)...)
		}
	case keyspace.HyperLogLog:
		if s.HLLBytes {
			edits = append(edits, edit{kind: verify.KindRegister, what: "a register", key: k, more: keyspace.TypeHyperLogLog})
		}
	case keyspace.Array:
		if s.Arrays {
			arrayEdits(v, r, value)
		}
	case keyspace.Opaque: // it cannot be written
	}
	return edits
}

// extraEdit is a key that nothing expects.
func extraEdit(keys []keyspace.Key, r *rand.Rand) edit {
	name := fresh(func(n string) bool {
		return slices.ContainsFunc(keys, func(k keyspace.Key) bool { return k.Name == n })
	}, r)
	return edit{kind: verify.KindExtra, what: "a key more", key: keyspace.Key{Name: name, Value: keyspace.String("extra")}}
}

func typeEdit(k keyspace.Key) edit {
	var other keyspace.Value = keyspace.String("another type")
	if t := k.Value.Type(); t == keyspace.TypeString || t == keyspace.TypeHyperLogLog {
		other = keyspace.Set{"another type"}
	}
	k.Value = other
	return edit{kind: verify.KindType, what: "another type", key: k}
}

const hourMs = 3600_000

// farthestPTTLMs is before where a server that shows only the time to live
// stops counting.
const farthestPTTLMs = 1 << 43

// expiryEdits changes the expire time; what it becomes stays after the
// reference time, with a day to spare. Exact says that the server shows expire
// times to the millisecond, however far away.
func expiryEdits(k keyspace.Key, asOfMs int64, exact bool) (edits []edit) {
	add := func(kind verify.Kind, what string, at keyspace.ExpireAt) {
		changed := k
		changed.ExpireAt = at
		edits = append(edits, edit{kind: kind, what: what, key: changed})
	}
	ms, expires := k.ExpireAt.Ms()
	if !expires {
		add(verify.KindExpiryExtra, "an expire time", keyspace.ExpireAtMs(asOfMs+1000*hourMs))
		return edits
	}
	add(verify.KindExpiryMissing, "no expire time", keyspace.ExpireAt{})
	for _, step := range []int64{1, -1, hourMs, -hourMs} {
		if !exact && (step == 1 || step == -1 || ms > farthestPTTLMs) {
			continue
		}
		if step > 0 && ms > math.MaxInt64-step || step < 0 && ms < asOfMs+24*hourMs {
			continue
		}
		add(verify.KindExpiry, fmt.Sprintf("%+d ms", step), keyspace.ExpireAtMs(ms+step))
	}
	return edits
}

func hashEdits(v keyspace.Hash, r *rand.Rand, value func(verify.Kind, string, keyspace.Value)) {
	name := fresh(func(n string) bool {
		return slices.ContainsFunc(v, func(f keyspace.Field) bool { return f.Name == n })
	}, r)
	value(verify.KindFieldExtra, "a field more", append(slices.Clip(v), keyspace.Field{Name: name}))
	at := r.IntN(len(v))
	changed := slices.Clone(v)
	changed[at].Value = alter(changed[at].Value, r)
	value(verify.KindFieldValue, "a byte of a value", changed)
	if len(v) > 1 {
		value(verify.KindFieldMissing, "a field less", without(v, at))
	}
}

func listEdits(v keyspace.List, r *rand.Rand, value func(verify.Kind, string, keyspace.Value)) {
	at := r.IntN(len(v))
	changed := slices.Clone(v)
	changed[at] = alter(changed[at], r)
	value(verify.KindValue, "a byte of an element", changed)
	value(verify.KindLength, "an element more", append(slices.Clip(v), "more"))
	value(verify.KindLength, "an element more in front", append(keyspace.List{"more"}, v...))
	if len(v) > 1 {
		value(verify.KindLength, "an element less", without(v, at))
	}
	for i := 1; i < len(v); i++ {
		// A reply is kept up to the size of what is expected: long elements in another
		// order are told as other values.
		if v[i] != v[i-1] && max(len(v[i]), len(v[i-1])) <= 1<<10 {
			swapped := slices.Clone(v)
			swapped[i], swapped[i-1] = v[i-1], v[i]
			value(verify.KindOrder, "two elements swapped", swapped)
			return
		}
	}
}

func zsetEdits(v keyspace.ZSet, r *rand.Rand, value func(verify.Kind, string, keyspace.Value)) {
	name := fresh(func(n string) bool {
		return slices.ContainsFunc(v, func(m keyspace.Member) bool { return m.Name == n })
	}, r)
	value(verify.KindMemberExtra, "a member more", append(slices.Clip(v), keyspace.Member{Name: name, Score: 1}))
	at := r.IntN(len(v))
	changed := slices.Clone(v)
	toward := math.Inf(1)
	if math.IsInf(changed[at].Score, 1) || r.IntN(2) == 0 && !math.IsInf(changed[at].Score, -1) {
		toward = math.Inf(-1)
	}
	changed[at].Score = math.Nextafter(changed[at].Score, toward)
	value(verify.KindScore, "a score by one ulp", changed)
	if len(v) > 1 {
		value(verify.KindMemberMissing, "a member less", without(v, at))
	}
}

// alter returns s with one bit changed, or one byte where there is none.
func alter(s string, r *rand.Rand) string {
	if s == "" {
		return "\x00"
	}
	b := []byte(s)
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	return string(b)
}

// fresh returns a name that is not taken.
func fresh(taken func(string) bool, r *rand.Rand) string {
	name := []string{"", "more", "\xff\xff", "\x00"}[r.IntN(4)]
	for taken(name) {
		name += "+"
	}
	return name
}

func without[S ~[]E, E any](v S, i int) S { return slices.Delete(slices.Clone(v), i, i+1) }

// liveKeys returns what of the keys a server holds, as far as it can hold it.
func liveKeys(keys []keyspace.Key, asOfMs int64) (live []keyspace.Key) {
	for _, k := range keys {
		if k.ExpireAt.ExpiredAt(asOfMs) {
			continue
		}
		k, _ = keyspace.Representable(k)
		if v, ok := k.Value.(keyspace.Hash); ok {
			k.Value, _ = v.AliveAt(asOfMs)
		}
		switch v := k.Value.(type) {
		case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.Array:
			if v.Len() == 0 {
				continue
			}
		case keyspace.String, keyspace.Stream, keyspace.HyperLogLog, keyspace.Opaque:
		}
		live = append(live, k)
	}
	return live
}

func describeEdits(edits []edit) string {
	var words []string
	for _, e := range edits {
		words = append(words, e.String())
	}
	return strings.Join(words, ", ")
}
