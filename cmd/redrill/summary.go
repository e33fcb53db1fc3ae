package main

import "redrill/keyspace"

// summary counts what a source holds.
type summary struct {
	Keys     int64            `json:"keys"`
	Elements int64            `json:"elements"`
	Types    map[string]int64 `json:"types"`
	Notes    keyspace.Tally   `json:"notes"`

	digest string // SHA-256 of the dump that was written, if it is one in lines
}

func newSummary() summary {
	return summary{Types: map[string]int64{}, Notes: keyspace.Tally{}}
}

// add counts a key, or one part of one.
func (s *summary) add(k keyspace.Key) {
	s.Elements += int64(k.Elements())
	if !k.More {
		s.Keys++
		s.Types[k.Value.Type().String()]++
	}
}
