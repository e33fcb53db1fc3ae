package fsmlayout

import (
	"fmt"
	"math"

	"redrill/fuzz/gen"
	"redrill/keyspace"
)

// decision is what a key's rows say about its expire time.
type decision struct {
	ms *uint64 // as the row has it, unsigned; nil is none
	by string  // the kind of row: byRow, byMeta or byIndex
	of keyspace.Type
}

// What can decide about an expire time.
const (
	byRow   = "row"
	byMeta  = "meta row"
	byIndex = "index"
)

// decide returns the decision about a key with the given encodings, by rank.
func decide(encodings []encoding, index *uint64) decision {
	winner := encodings[0].value.Type()
	for _, e := range encodings {
		if e.own {
			return decision{e.ownMs, byRow, e.value.Type()}
		}
		if e.rank == rankHyperLogLog {
			return decision{index, byIndex, winner}
		}
	}
	// A key has at most one encoding of each type. The meta rows are asked in
	// this order, whatever the rank.
	for _, t := range []keyspace.Type{keyspace.TypeList, keyspace.TypeHash, keyspace.TypeSet, keyspace.TypeZSet, keyspace.TypeStream} {
		for _, e := range encodings {
			if e.inlineMs == nil || e.value.Type() != t {
				continue
			}
			if *e.inlineMs == 0 {
				return decision{nil, byMeta, t}
			}
			return decision{e.inlineMs, byMeta, t}
		}
	}
	return decision{index, byIndex, winner}
}

func (d decision) expireAt() keyspace.ExpireAt {
	if d.ms == nil {
		return keyspace.ExpireAt{}
	}
	return gen.ExpireAt(*d.ms)
}

// expiry counts what was decided about a visible key of the type.
func (b *builder) expiry(d decision, t keyspace.Type, index *uint64) {
	if d.ms == nil {
		b.Feature("expiry none")
		if index != nil {
			b.Feature(fmt.Sprintf("%v for ever in spite of the index", t))
		}
		return
	}
	switch {
	case d.of != t:
		b.Feature("expiry of a hidden encoding")
	case d.by == byIndex:
		b.Feature(fmt.Sprintf("%v expires by the %s", t, d.by))
	default:
		b.Feature(fmt.Sprintf("%v expires by its %s", t, d.by))
	}
	if index != nil && *index != *d.ms {
		b.Feature("expiry over another in the index")
	}
	if gen.AnyBit(*d.ms) {
		b.Feature("expiry of any bits")
	}
	switch ms := *d.ms; {
	case ms == 0:
		b.Feature("expiry 0 ms")
	case ms <= gen.PastMs: // before every reference time
		b.Feature("expiry past")
	case ms < math.MaxInt64-1:
		b.Feature("expiry future")
	case ms <= math.MaxInt64:
		b.Feature("expiry 2^63-1 ms")
	default:
		b.Feature("expiry above 2^63-1 ms")
	}
}
