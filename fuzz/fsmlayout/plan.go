package fsmlayout

import (
	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/keyspace"
)

const (
	storeBaseMs   = gen.PastMs
	storeMonthMs  = 30 * 24 * 3600 * 1000
	storeLastTS   = (storeBaseMs + 2*storeMonthMs) << 16
	storeExpireMs = gen.UntilMs
)

// StoreLastCommitTS is the timestamp (HLC) in the header of every [Store].
const StoreLastCommitTS = uint64(storeLastTS)

// plan is what is decided about one key; its elements follow from it. The slots
// of a key are its elements and one deleted element for every ten: after those
// ten, or in a list and a stream before all others.
type plan struct {
	rng        rng
	name       string
	ts         uint64 // of its last write, HLC
	dead       bool   // deleted: tombstones only
	expireAtMs uint64 // 0 is none
	elements   int64
	form       fsmtest.Form
	metaBytes  int
	deltas     int
	front      bool  // deleted elements are the first ones
	head       int64 // list: sequence number of slot 0
}

// namePrefix starts the names of one type, so that they are one range in the
// families of all types. All are above "d|", the deltas of lists, and above
// "_meta_", the operational rows among the bare ones.
func namePrefix(t keyspace.Type) string {
	return [...]string{"str:", "hash:", "list:", "set:", "zset:", "stream:", "hll:"}[t]
}

// nameOrder are the types in the order of their name prefixes.
var nameOrder = [...]keyspace.Type{
	keyspace.TypeHash, keyspace.TypeHyperLogLog, keyspace.TypeList, keyspace.TypeSet,
	keyspace.TypeString, keyspace.TypeStream, keyspace.TypeZSet,
}

// slots returns how many keys of the type there are, deleted ones included:
// one after every ten.
func (s Store) slots(t keyspace.Type) int64 {
	n := s.visible(t)
	if _, big := s.Profile.bigType(); big {
		return n
	}
	return n + n/10
}

// visible returns how many keys of the type are visible. They sum up to N.
func (s Store) visible(t keyspace.Type) int64 {
	if big, ok := s.Profile.bigType(); ok {
		if t == big && s.N > 0 {
			return 1
		}
		return 0
	}
	if s.Profile == ProfileStrings {
		if t == keyspace.TypeString {
			return s.N
		}
		return 0
	}
	perMille := [...]int64{0, 180, 100, 100, 70, 40, 10}
	if t != keyspace.TypeString {
		return s.N * perMille[t] / 1000
	}
	n := s.N
	for _, other := range types {
		if other != keyspace.TypeString {
			n -= s.N * perMille[other] / 1000
		}
	}
	return n
}

func (s Store) plan(t keyspace.Type, i int64) plan {
	r := newRNG(s.Seed).at(int64(t)).at(i)
	p := plan{rng: r, front: t == keyspace.TypeList || t == keyspace.TypeStream}
	if _, big := s.Profile.bigType(); big {
		p.name, p.elements, p.ts, p.metaBytes = "big", s.N, storeBaseMs<<16, metaBytesOf(t)
		return p
	}
	p.dead = i%11 == 10
	p.ts = (storeBaseMs + r.ms(storeMonthMs)) << 16
	name := append(make([]byte, 0, 40), namePrefix(t)...)
	name = append(appendDigits(name, i, 10), ':')
	suffix := 4
	if t == keyspace.TypeString || t == keyspace.TypeHyperLogLog {
		suffix = r.below(20)
	}
	p.name = string(r.appendText(name, suffix))
	if r.oneIn(5) {
		p.expireAtMs = storeExpireMs + r.ms(storeMonthMs)
	}
	p.elements = 1 + int64(r.below(16))
	if r.oneIn(500) {
		p.elements *= 50
	}
	p.layout(t, &r)
	return p
}

// layout draws what a current node would have written, and a few remains of
// old ones.
func (p *plan) layout(t keyspace.Type, r *rng) {
	old := r.oneIn(50)
	switch t {
	case keyspace.TypeString, keyspace.TypeHyperLogLog:
		if old {
			p.form = fsmtest.FormLegacy
		}
		if old && t == keyspace.TypeString && r.oneIn(2) {
			p.form = fsmtest.FormBare
		}
	case keyspace.TypeHash, keyspace.TypeSet, keyspace.TypeZSet:
		if old {
			p.form = fsmtest.FormLegacy
			return
		}
		p.counted(metaBytesOf(t), r)
	case keyspace.TypeList:
		p.head = int64(r.below(200)) - 100
		p.counted(metaBytesOf(t), r)
	case keyspace.TypeStream:
		p.metaBytes = 48
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
}

// wide reports whether a collection has a row per element, blob whether it is
// one row.
func (p plan) wide() bool { return p.form == fsmtest.FormCurrent }
func (p plan) blob() bool { return p.form != fsmtest.FormCurrent }

// counted draws meta and delta rows: with an expire time, or after compaction,
// a meta row; else deltas alone.
func (p *plan) counted(metaBytes int, r *rng) {
	if p.expireAtMs != 0 || r.oneIn(3) {
		p.metaBytes = metaBytes
	}
	if p.metaBytes == 0 || r.oneIn(3) {
		p.deltas = 1 + r.below(4)
	}
}

// metaBytesOf returns the size of the meta rows that current nodes write.
func metaBytesOf(t keyspace.Type) int {
	switch t {
	case keyspace.TypeHash, keyspace.TypeSet, keyspace.TypeZSet:
		return 16
	case keyspace.TypeList:
		return 32
	case keyspace.TypeStream:
		return 48
	case keyspace.TypeString, keyspace.TypeHyperLogLog:
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return 0
}

// stored returns the length in the meta row, which the delta rows correct.
func (p plan) stored() int64 { return p.elements + int64(p.deltas) }

// slots returns how many elements have rows, deleted ones included. Legacy rows
// hold no deleted ones.
func (p plan) slots() int64 {
	if p.form != fsmtest.FormCurrent {
		return p.elements
	}
	return p.elements + p.elements/10
}

// gone reports whether the element in slot j is deleted.
func (p plan) gone(j int64) bool {
	if p.front {
		return j < p.elements/10
	}
	return p.form == fsmtest.FormCurrent && j%11 == 10
}

// element returns the generator of the element in slot j.
func (p plan) element(j int64) rng { return p.rng.at(j) }
