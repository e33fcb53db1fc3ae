package gen

import (
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// listElement returns the element in slot j, at the sequence number head + j.
func (p plan) listElement(j int64) string {
	r := p.element(j)
	return r.value(4, 40)
}

// popped returns how many elements were popped from the head.
func (p plan) popped() int64 { return p.elements / 10 }

func (e *emitter) listClaims() {
	e.each(keyspace.TypeList, func(p plan) {
		if _, big := e.s.Profile.bigType(); big {
			return
		}
		for j := range p.popped() {
			e.record(fsmtest.List(p.name).Claim(p.head + j).At(p.ts))
		}
	})
}

func (e *emitter) listItems() {
	e.eachSlot(keyspace.TypeList, func(p plan, j int64) {
		e.put(p, p.element(j), p.gone(j), fsmtest.List(p.name).Item(p.head+j, p.listElement(j)))
	})
}

// listDeltas pops from the head: with a meta row each moves it by one; without,
// the first one makes the list.
func (e *emitter) listDeltas() {
	e.each(keyspace.TypeList, func(p plan) {
		for i := range int64(p.deltas) {
			head, n := int64(1), int64(-1)
			if i == 0 && p.metaBytes == 0 {
				head, n = p.firstSeq()-int64(p.deltas)+1, p.elements+int64(p.deltas)-1
			}
			e.put(p, p.rng.at(-3-i), false, fsmtest.List(p.name).Delta(p.ts, uint32(i), head, n))
		}
	})
}

func (e *emitter) listMetas() {
	e.each(keyspace.TypeList, func(p plan) {
		if p.metaBytes != 0 {
			head, n := p.firstSeq()-int64(p.deltas), p.elements+int64(p.deltas)
			e.put(p, p.rng, false, fsmtest.List(p.name).Meta32(head, head+n, n, p.expireAtMs))
		}
	})
}

func (p plan) firstSeq() int64 { return p.head + p.popped() }
