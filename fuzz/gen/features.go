package gen

import (
	"fmt"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// Features lists every feature that a [Scenario] can have, each once.
func Features() []string {
	features := []string{
		"blob below", "bare string below", "deleted key", "header behind", "hyperloglog current", "hyperloglog legacy",
		"late chunk blob", "list with a hole", "name among list items", "name between versions", "older version", "older version of 70 kB", "score not a number",
		"several encodings", "stale list item", "stream ID text", "stream blob", "stream entry below the cursor",
		"stream entry odd", "stream trimmed", "string bare", "string current", "string legacy", "tombstone with body",
		"version expired", "version expires later",
	}
	for _, t := range []keyspace.Type{keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet} {
		features = append(features, fmt.Sprint("empty ", t))
	}
	for _, t := range keyspace.Types {
		features = append(features, "broken "+t.String())
		if t == keyspace.TypeString || t == keyspace.TypeHyperLogLog {
			continue
		}
		for _, l := range fsmtest.Layouts(t) {
			if f := layoutFeature(t, l); features[len(features)-1] != f {
				features = append(features, f)
			}
		}
	}
	return features
}

// layoutFeature names a layout without the numbers that do not matter.
func layoutFeature(t keyspace.Type, l fsmtest.Layout) string {
	return fmt.Sprintf("%v %v", t, fsmtest.Layout{Form: l.Form, MetaBytes: l.MetaBytes, Deltas: min(l.Deltas, 1)})
}
