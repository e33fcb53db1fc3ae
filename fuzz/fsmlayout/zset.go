package fsmlayout

import (
	"math"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

func (b *builder) drawZSet(name string) encoding {
	v, _ := b.Value(keyspace.TypeZSet).(keyspace.ZSet)
	k := fsmtest.ZSet(name)
	e := b.drawWide(name, v, wide{
		names: namesOf(v, func(m keyspace.Member) string { return m.Name }),
		rank:  rankZSet, blobRank: rankZSetBlob, delta: k.Delta, hidden: k.Blob(keyspace.Member{Name: "hidden", Score: 1}),
		blob: func() (fsmtest.Row, bool) {
			return blob(b, v, func(m keyspace.Member) keyspace.Member { return keyspace.Member{Name: m.Name, Score: 77} }, k.Blob)
		},
		deletedRow: func(name string) []fsmtest.Row { return []fsmtest.Row{k.Member(name, 1), k.Score(name, 1)} },
	})
	for _, m := range v {
		if math.IsNaN(m.Score) {
			e.notes = append(e.notes, keyspace.Note{Kind: keyspace.NoteUnrepresentable, Element: &m.Name})
		}
	}
	return e
}

// scored returns the member in slot j. The ranks of a key's scores are a
// permutation of its slots, so that both orders can be walked without sorting.
func (p plan) scored(j int64) keyspace.Member {
	return keyspace.Member{Name: p.member(j), Score: p.score(j * (step % p.slots()) % p.slots())}
}

// step is a prime above every number of slots, so it has an inverse modulo each.
const step = 2654435761

// score returns the score of a rank: strictly ascending, a third negative.
func (p plan) score(rank int64) float64 { return float64(rank-p.slots()/3) * 0.1 }

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
