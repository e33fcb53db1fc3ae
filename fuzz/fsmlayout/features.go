package fsmlayout

import (
	"fmt"

	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/keyspace"
)

// features lists every feature that a scenario can have, each once. The first
// word says what it is about: a type, in the order of reports, or name, key,
// expiry, version, row and container.
//
// What a key holds is counted once for each visible key that holds it; what
// hides or surrounds keys, each time it is drawn.
func features() []string {
	var features []string
	for _, t := range types {
		features = append(append(features, layoutFeatures(t)...), gen.Features(t)...)
		features = append(features, expiryFeatures(t)...)
		for _, what := range ownFeatures(t) {
			features = append(features, fmt.Sprintf("%v %s", t, what))
		}
		for _, what := range []string{"hidden by another encoding", "deleted", "broken"} {
			features = append(features, fmt.Sprintf("%v %s", t, what))
		}
	}
	features = append(features, gen.NameFeatures()...)
	return append(features,
		"name of an internal row", "name between versions", "name among list items",
		"key in several encodings", "key with deleted rows of other types",
		"expiry none", "expiry 0 ms", "expiry past", "expiry future", "expiry 2^63-1 ms", "expiry above 2^63-1 ms", "expiry of any bits",
		"expiry over another in the index", "expiry of a hidden encoding", "expiry deleted in the index",
		"version older", "version older of 70 kB", "version re-created", "version deleted", "version deleted with a body",
		"version expired", "version expires later",
		"row of another service", "row of an unknown family", "row of an unknown family of Redis", "row staged", "row detached",
		"row locked", "row fence", "row late chunk blob", "row index of no key",
		"container wrapper 1", "container wrapper 2", "container without wrapper", "container without footer",
		"container header behind", "container without operational rows", "container writer registry",
		"container migration state",
	)
}

// ownFeatures are those that only some types have, beside their layouts.
func ownFeatures(t keyspace.Type) []string {
	collection := []string{
		"empty", "without its elements", "wrong length", "blob below", "blob with an element twice", "blob without bytes",
	}
	switch t {
	case keyspace.TypeString:
		return []string{"bare below"}
	case keyspace.TypeHash, keyspace.TypeZSet:
		return collection
	case keyspace.TypeList:
		return []string{
			"empty", "without its elements", "with a hole", "stale item", "popped item", "claim", "at an end of the positions", "named like a delta",
		}
	case keyspace.TypeSet:
		return append(collection, "member with a body")
	case keyspace.TypeStream:
		return []string{"blob", "ID text", "entry odd", "trimmed", "entry below the cursor"}
	case keyspace.TypeHyperLogLog:
		return []string{"without bytes"}
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

// expiryFeatures say which row decides about the expire time of a key of the
// type, and that it says none where the index says otherwise.
func expiryFeatures(t keyspace.Type) []string {
	own := byMeta
	if t == keyspace.TypeString || t == keyspace.TypeHyperLogLog {
		own = byRow
	}
	return []string{
		fmt.Sprintf("%v expires by its %s", t, own), fmt.Sprintf("%v expires by the %s", t, byIndex),
		fmt.Sprintf("%v for ever in spite of the index", t),
	}
}

// layoutFeatures names the layouts of a type, without the numbers that do not
// matter.
func layoutFeatures(t keyspace.Type) (features []string) {
	seen := map[string]bool{}
	for _, l := range fsmtest.Layouts(t) {
		if f := layoutFeature(t, l); !seen[f] {
			seen[f] = true
			features = append(features, f)
		}
	}
	return features
}

func layoutFeature(t keyspace.Type, l fsmtest.Layout) string {
	meta, deltas := "", ""
	if l.MetaBytes > 0 {
		meta = fmt.Sprintf(", meta %d", l.MetaBytes)
	}
	switch {
	case l.NewDeltas > 0 && l.NewDeltas == l.Deltas:
		deltas = ", new deltas"
	case l.NewDeltas > 0:
		deltas = ", deltas old and new"
	case l.Deltas > 0:
		deltas = ", deltas"
	}
	return fmt.Sprintf("%v %v%s%s", t, l.Form, meta, deltas)
}
