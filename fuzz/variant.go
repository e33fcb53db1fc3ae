package fuzz

import (
	"math/rand/v2"

	"redrill/fuzz/layout"
	"redrill/keyspace"
)

// baseCase is the scenario as it was drawn.
func baseCase(l layout.Layout, s layout.Scenario) Case {
	return Case{
		Layout: l, Property: PropertyDecode, Must: MustDecode, Want: Expectation{Keys: s.Keys, Functions: s.Functions, Notes: s.Notes, Counts: s.Counts},
	}.stored(s.Snapshot)
}

// stored returns the case with its keys in another snapshot.
func (c Case) stored(s layout.Snapshot) Case {
	c.File, c.Options = s.File(), s.Options()
	return c
}

// variants returns cases of the same scenario for which something must hold as
// well: one relation for each turn, so that a campaign goes round all of them.
func variants(s layout.Snapshot, base Case, turn int64, r *rand.Rand) []Case {
	switch turn % 4 {
	case 0:
		return []Case{inParts(base, r)}
	case 1:
		return []Case{base.stored(s.Rewrapped(r)).as(PropertyContainer)}
	case 2:
		return []Case{withoutNoise(s, base)}
	}
	cases := []Case{forged(s, base, r)}
	for range 3 {
		cases = append(cases, damaged(s, base, r))
	}
	return cases
}

func inParts(c Case, r *rand.Rand) Case {
	c.Property = PropertyParts
	c.Options.Part = keyspace.PartLimit{Elements: 1 + r.IntN(4), Bytes: 1 + r.IntN(60)}
	return c
}

func withoutNoise(s layout.Snapshot, c Case) Case {
	c = c.stored(s.WithoutNoise(func(string) bool { return true })).as(PropertyNoise)
	c.Want.Counts = layout.OfKeys(c.Want.Counts)
	return c
}

// damaged damages the snapshot, so that it must be refused if whoever reads it
// can tell.
func damaged(s layout.Snapshot, c Case, r *rand.Rand) Case {
	c.Property, c.Must = PropertyDamage, MustHandle
	var certain bool
	if c.File, certain = s.Damaged(r); certain {
		c.Must = MustRefuse
	}
	return c
}

// forged damages what a right checksum covers.
func forged(s layout.Snapshot, c Case, r *rand.Rand) Case {
	c.Property, c.Must = PropertyDamage, MustHandle
	c.File = s.Forged(r)
	c.Options = layout.Options{Part: keyspace.PartLimit{Elements: 1 + r.IntN(3)}}
	return c
}
