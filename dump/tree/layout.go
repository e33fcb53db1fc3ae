package tree

import (
	"strconv"
	"strings"

	"redrill/keyspace"
)

const (
	manifestName  = "MANIFEST.json"
	checksumsName = "CHECKSUMS"
	redisDir      = "redis"
	dbPrefix      = "db_"
	keymapName    = "KEYMAP.jsonl"

	formatVersion = 1

	// maxElementBytes bounds what is held of one element: 256 MiB of control
	// characters, escaped, with something to spare.
	maxElementBytes = 1600 << 20
	maxLineBytes    = 4 << 20 // of KEYMAP and of sidecars
)

// family is the directory of a type in a database.
type family struct {
	typ     keyspace.Type
	dir     string
	ext     string
	sidecar string // of expire times; empty when the files have them
}

// families lists every type once, in the order in which one of several
// encodings of a key is preferred.
var families = [...]family{
	{keyspace.TypeString, "strings", ".bin", "strings_ttl.jsonl"},
	{keyspace.TypeHyperLogLog, "hll", ".bin", "hll_ttl.jsonl"},
	{keyspace.TypeList, "lists", ".json", ""},
	{keyspace.TypeHash, "hashes", ".json", ""},
	{keyspace.TypeSet, "sets", ".json", ""},
	{keyspace.TypeZSet, "zsets", ".json", ""},
	{keyspace.TypeStream, "streams", ".jsonl", ""},
}

func familyOf(typ keyspace.Type) family {
	for _, f := range families {
		if f.typ == typ {
			return f
		}
	}
	panic("tree: no family of " + typ.String())
}

// otherAdapters are the directories beside redis/ that a tree may have.
var otherAdapters = [...]string{"dynamodb", "s3", "sqs", ".scratch"}

func dbDir(db int) string { return redisDir + "/" + dbPrefix + strconv.Itoa(db) }

// parseDB is the inverse of dbDir for the last component.
func parseDB(name string) (db int, ok bool) {
	digits, ok := strings.CutPrefix(name, dbPrefix)
	if !ok {
		return 0, false
	}
	db, err := strconv.Atoi(digits)
	return db, err == nil && db >= 0 && db <= keyspace.MaxDB && strconv.Itoa(db) == digits
}
