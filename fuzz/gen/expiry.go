package gen

import (
	"fmt"
	"math"

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
	return expireAt(*d.ms)
}

// expiry counts what was decided about a visible key of the type.
func (b *builder) expiry(d decision, t keyspace.Type, index *uint64) {
	if d.ms == nil {
		b.feature("expiry none")
		if index != nil {
			b.feature(fmt.Sprintf("%v for ever in spite of the index", t))
		}
		return
	}
	switch {
	case d.of != t:
		b.feature("expiry of a hidden encoding")
	case d.by == byIndex:
		b.feature(fmt.Sprintf("%v expires by the %s", t, d.by))
	default:
		b.feature(fmt.Sprintf("%v expires by its %s", t, d.by))
	}
	if index != nil && *index != *d.ms {
		b.feature("expiry over another in the index")
	}
	if anyBit(*d.ms) {
		b.feature("expiry of any bits")
	}
	switch ms := *d.ms; {
	case ms == 0:
		b.feature("expiry 0 ms")
	case ms <= storeBaseMs: // before every reference time
		b.feature("expiry past")
	case ms < math.MaxInt64-1:
		b.feature("expiry future")
	case ms <= math.MaxInt64:
		b.feature("expiry 2^63-1 ms")
	default:
		b.feature("expiry above 2^63-1 ms")
	}
}
