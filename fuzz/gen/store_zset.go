package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// scored returns the member in slot j. The ranks of a key's scores are a
// permutation of its slots, so that both orders can be walked without sorting.
func (p plan) scored(j int64) keyspace.Member {
	return keyspace.Member{Name: p.member(j), Score: p.score(j * (step % p.slots()) % p.slots())}
}

// step is a prime above every number of slots, so it has an inverse modulo each.
const step = 2654435761

// score returns the score of a rank: strictly ascending, a third negative.
func (p plan) score(rank int64) float64 { return float64(rank-p.slots()/3) * 0.1 }

func (e *emitter) zsetMembers() {
	e.eachSlot(keyspace.TypeZSet, func(p plan, j int64) {
		m := p.scored(j)
		e.put(p, p.element(j), p.gone(j), fsmtest.ZSet(p.name).Member(m.Name, m.Score))
	})
}

func (e *emitter) zsetMetas() {
	e.each(keyspace.TypeZSet, func(p plan) {
		if p.metaBytes != 0 {
			e.put(p, p.rng, false, fsmtest.ZSet(p.name).Meta16(p.elements+int64(p.deltas), p.expireAtMs))
		}
	})
}

func (e *emitter) zsetDeltas() {
	e.each(keyspace.TypeZSet, func(p plan) { e.deltas(p, fsmtest.ZSet(p.name).Delta) })
}

func (e *emitter) zsetBlobs() {
	e.each(keyspace.TypeZSet, func(p plan) {
		if p.form == fsmtest.FormLegacy {
			e.put(p, p.rng, false, fsmtest.ZSet(p.name).Blob(collect[keyspace.ZSet](p, p.scored)...))
		}
	})
}

// zsetScores writes the score index: the slot of each rank, ranks ascending.
func (e *emitter) zsetScores() {
	var key string
	var back int64
	e.eachSlot(keyspace.TypeZSet, func(p plan, rank int64) {
		if key != p.name {
			key, back = p.name, inverse(step%p.slots(), p.slots())
		}
		j := rank * back % p.slots()
		e.put(p, p.element(j), p.gone(j), fsmtest.ZSet(p.name).Score(p.member(j), p.score(rank)))
	})
}

// inverse returns x with a*x = 1 modulo m, for a and m without common divisor.
func inverse(a, m int64) int64 {
	x, nextX, rest, nextRest := int64(0), int64(1), m, a
	for nextRest != 0 {
		q := rest / nextRest
		x, nextX = nextX, x-q*nextX
		rest, nextRest = nextRest, rest-q*nextRest
	}
	return ((x % m) + m) % m
}
