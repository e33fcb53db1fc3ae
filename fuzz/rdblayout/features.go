package rdblayout

import (
	"fmt"
	"slices"
	"strconv"

	"redrill/fuzz/gen"
	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// versions are those of files, each as often as it stands here: 80 is that of
// Valkey.
var versions = []int{1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15, 15, 80, 80, 80, 80, 80}

func versionFeature(version int) string { return "version " + strconv.Itoa(version) }

// firstOfFamily is the first type byte that means something else in each family.
const firstOfFamily = 22

func (b *builder) typeFeature(typ byte) string {
	if typ >= firstOfFamily {
		return fmt.Sprintf("type %d of %s", typ, b.file.family)
	}
	return fmt.Sprintf("type %d", typ)
}

// forms are the names of forms that a [rdbtest.Pen] chooses among.
var forms = map[string][]string{
	"length":                         {"6 bits", "14 bits", "32 bits", "64 bits"},
	"string":                         {"8 bits", "16 bits", "32 bits", "LZF", "raw"},
	"score text":                     {"of 17 digits", "shortest", "without exponent"},
	"listpack count":                 {"said", "not said"},
	"listpack":                       {"7 bits", "13 bits", "16 bits", "24 bits", "32 bits", "64 bits", "string of 6 bits", "string of 12 bits", "string of 32 bits"},
	"listpack backlen at a boundary": {"minimal", "a byte more"},
	"ziplist count":                  {"said", "not said"},
	"ziplist previous length":        {"narrow", "wide"},
	"ziplist": {"4 bits", "8 bits", "16 bits", "24 bits", "32 bits", "64 bits", "string of 6 bits", "string of 14 bits",
		"string of 32 bits"},
	"intset":            {"16 bits", "32 bits", "64 bits"},
	"zipmap count":      {"said", "not said"},
	"zipmap free bytes": {"none", "some"},
	"packed score":      {"number", "text"},
	"node":              {"packed", "plain"},
	"array element":     {"number", "float", "short", "string"},
	"stream entry":      {"with the names of the node", "with names of its own"},
	"pending entries":   {"ascending", "descending"},
}

// features lists every feature that a scenario can have, each once.
func features() (all []string) {
	for _, t := range []keyspace.Type{keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet, keyspace.TypeStream} {
		all = append(all, slices.DeleteFunc(gen.Features(t), isForeign)...)
	}
	all = append(all, gen.NameFeatures()...)
	for _, version := range slices.Compact(slices.Clone(versions)) {
		all = append(all, versionFeature(version))
	}
	for typ := range 22 {
		if typ != 6 && typ != 8 {
			all = append(all, fmt.Sprintf("type %d", typ))
		}
	}
	for _, typ := range []int{22, 23, 24, 25, 26, 27, 28, 30, 32} {
		all = append(all, fmt.Sprintf("type %d of %s", typ, rdbtest.Redis))
	}
	all = append(all, fmt.Sprintf("type 22 of %s", rdbtest.Valkey))
	for of, names := range forms {
		for _, name := range names {
			all = append(all, of+": "+name)
		}
	}
	for _, t := range []keyspace.Type{keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet, keyspace.TypeStream} {
		for _, f := range faultsOf(t) {
			all = append(all, "broken: "+f.name)
		}
	}
	for _, n := range append(boundaries[:], hardLength) {
		all = append(all, fmt.Sprintf("content: of %d bytes", n))
	}
	for what, names := range map[string][]string{
		"expiry":        {"none", "in seconds", "in milliseconds", "twice", "-1 ms", "negative", "0", "past", "future", "2^63-1 ms"},
		"field expires": {"at 0", "past", "future"},
		"hash":          {"minimum below every expiry"},
		"array":         {"with an insert position", "in another order", "an index twice"},
		"database":      {"again", "between attribute and key", "not selected"},
		"file":          {"functions", "checksum", "checksum 0", "without checksum"},
		"noise": {"idle", "freq", "metadata", "aux in front", "aux between", "aux at the end", "sizes", "slot", "slot import",
			"module record", "bytes behind the end"},
		"stream": {"wrong length", "another first ID", "without nodes", "nodes not in order", "deleted entry", "negative sequence delta",
			"node without live entries", "node whose first entry is deleted", "producers"},
		"group": {"any", "entries read unknown", "consumer without pending entries", "without consumers", "consumer that was never active",
			"pending entry that is gone", "pending entry without owner"},
	} {
		for _, name := range names {
			all = append(all, what+": "+name)
		}
	}
	all = append(all, "node: empty")
	for _, t := range []keyspace.Type{keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet} {
		all = append(all, t.String()+" empty")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isForeign reports whether a feature is one of what no file of this format has.
func isForeign(feature string) bool {
	return slices.Contains([]string{"zset score NaN", "stream entry 0-0", "stream entry without fields"}, feature)
}
