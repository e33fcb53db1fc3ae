package fuzz

import (
	"math/rand/v2"
	"slices"

	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/keyspace"
)

// baseCase is the scenario as it was drawn.
func baseCase(s gen.Scenario) Case {
	return Case{
		Property: PropertyDecode, File: s.File(), Must: MustDecode, Want: expectationOf(s),
		Options: fsm.Options{AllowNoFooter: s.Container.NoFooter},
	}
}

// variants returns cases of the same scenario for which something must hold as
// well: one relation for each turn, so that a campaign goes round all of them.
func variants(s gen.Scenario, base Case, turn int64, r *rand.Rand) []Case {
	switch turn % 4 {
	case 0:
		return []Case{inParts(base, r)}
	case 1:
		return []Case{inContainer(s, base, r)}
	case 2:
		return []Case{withoutNoise(s, base)}
	}
	cases := []Case{damagedUnderFooter(s, base, r)}
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

func inContainer(s gen.Scenario, c Case, r *rand.Rand) Case {
	c.Property = PropertyContainer
	other := s.Container
	other.Wrapper = fsmtest.Wrapper{}
	if version := r.IntN(3); version > 0 {
		other.Wrapper = fsmtest.Wrapper{Version: version, CeilingMs: r.Uint64()}
		if version == 2 {
			other.Wrapper.Cutover, other.Wrapper.Extra = r.Uint64(), bytesOf(r, r.IntN(1009))
		}
	}
	other.NoFooter = r.IntN(4) == 0
	c.Options.AllowNoFooter = other.NoFooter
	c.File = s.FileIn(other)
	return c
}

func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func withoutNoise(s gen.Scenario, c Case) Case {
	c.Property = PropertyNoise
	s.Noise = nil
	c.File, c.Want.Counts = s.File(), keyspace.Tally{}
	return c
}

// damaged flips a bit or cuts the file. A checksum finds either; without one,
// or without a wrapper that says that there was one, keys may come of it.
func damaged(s gen.Scenario, c Case, r *rand.Rand) Case {
	c.Property, c.Must = PropertyDamage, MustRefuse
	at := r.IntN(len(c.File))
	if r.IntN(2) == 0 {
		c.File = fsmtest.FlipBit(c.File, at, uint(r.IntN(8)))
		if s.Container.NoFooter {
			c.Must = MustHandle
		}
		return c
	}
	c.File = slices.Clone(c.File[:at])
	if s.Container.Wrapper.Version == 0 || at == 0 || c.Options.AllowNoFooter {
		c.Must = MustHandle
	}
	return c
}

// damagedUnderFooter changes bytes of records and gives them a right checksum.
func damagedUnderFooter(s gen.Scenario, c Case, r *rand.Rand) Case {
	c.Property, c.Must = PropertyDamage, MustHandle
	file := s.FileIn(fsmtest.Node(s.Container.LastCommitTS))
	for range 1 + r.IntN(4) {
		file = fsmtest.FlipBit(file, r.IntN(len(file)-4), uint(r.IntN(8)))
	}
	c.File = fsmtest.Refoot(file)
	c.Options = fsm.Options{Part: keyspace.PartLimit{Elements: 1 + r.IntN(3)}}
	return c
}
