package rdb

import (
	"redrill/decoder"
	"redrill/keyspace"
)

// form is how the value of a type byte is laid out (SPEC-RDB 4.0).
type form uint8

const (
	formNone form = iota
	formString
	formList         // len, items
	formListZiplist  // one ziplist
	formListZiplists // len, ziplists
	formQuicklist    // len, nodes of a container each
	formSet          // len, members
	formIntset
	formSetListpack
	formZSetText    // len, members with scores as text
	formZSetBinary  // len, members with binary scores
	formZSetZiplist // member, score, …
	formZSetListpack
	formHash // len, fields and values
	formZipmap
	formHashZiplist
	formHashListpack
	formHashTimes         // len, (absolute time, field, value)
	formHashTimesListpack // (field, value, absolute time) of release candidates
	formHashExpiry        // minimum, len, (time from the minimum, field, value)
	formHashExpiryListpack
	formHashValkey        // len, (field, value, absolute time)
	formTemplated         // template, values
	formTemplatedListpack // one listpack of both
	formStream1           // 5.0
	formStream2           // 7.0: first ID, largest deleted ID, entries added, entries read
	formStream3           // 7.2: active times
	formStream4           // 8.6: idempotent producers
	formStream5           // 8.8: entries given back
	formArray
	formModule
)

// kind is a type byte.
type kind struct {
	form form
	typ  keyspace.Type
	name string // for people and for inspection; stable
}

// common are the type bytes that mean the same in every version of both families.
var common = [...]kind{
	0:  {formString, keyspace.TypeString, "string"},
	1:  {formList, keyspace.TypeList, "list"},
	2:  {formSet, keyspace.TypeSet, "set"},
	3:  {formZSetText, keyspace.TypeZSet, "zset with scores as text"},
	4:  {formHash, keyspace.TypeHash, "hash"},
	5:  {formZSetBinary, keyspace.TypeZSet, "zset"},
	7:  {formModule, keyspace.TypeOpaque, "module"},
	9:  {formZipmap, keyspace.TypeHash, "hash in a zipmap"},
	10: {formListZiplist, keyspace.TypeList, "list in a ziplist"},
	11: {formIntset, keyspace.TypeSet, "set in an intset"},
	12: {formZSetZiplist, keyspace.TypeZSet, "zset in a ziplist"},
	13: {formHashZiplist, keyspace.TypeHash, "hash in a ziplist"},
	14: {formListZiplists, keyspace.TypeList, "quicklist of ziplists"},
	15: {formStream1, keyspace.TypeStream, "stream 1"},
	16: {formHashListpack, keyspace.TypeHash, "hash in a listpack"},
	17: {formZSetListpack, keyspace.TypeZSet, "zset in a listpack"},
	18: {formQuicklist, keyspace.TypeList, "quicklist"},
	19: {formStream2, keyspace.TypeStream, "stream 2"},
	20: {formSetListpack, keyspace.TypeSet, "set in a listpack"},
	21: {formStream3, keyspace.TypeStream, "stream 3"},
}

// ofRedis and ofValkey are those that a family defines for itself.
var (
	ofRedis = map[byte]kind{
		22: {formHashTimes, keyspace.TypeHash, "hash with expire times (release candidate)"},
		23: {formHashTimesListpack, keyspace.TypeHash, "hash with expire times in a listpack (release candidate)"},
		24: {formHashExpiry, keyspace.TypeHash, "hash with expire times"},
		25: {formHashExpiryListpack, keyspace.TypeHash, "hash with expire times in a listpack"},
		26: {formStream4, keyspace.TypeStream, "stream 4"},
		27: {formStream5, keyspace.TypeStream, "stream 5"},
		28: {formArray, keyspace.TypeArray, "array"},
		30: {formTemplatedListpack, keyspace.TypeHash, "hash of a template in a listpack"},
		32: {formTemplated, keyspace.TypeHash, "hash of a template"},
	}
	ofValkey = map[byte]kind{
		22: {formHashValkey, keyspace.TypeHash, "hash with expire times"},
	}
)

// refused says of type bytes that are known and not read what they are.
var refused = map[byte]string{
	6:  "a value of a module of a release candidate of Redis 4.0, whose end cannot be told",
	29: "a hash with its field names, which only payloads of DUMP have",
	31: "a hash with its field names, which only payloads of DUMP have",
	33: "a rate limiter of a development version of Redis",
	34: "a HyperLogLog of Redis 16, whose layout is not known",
	64: "a job of KeyDB",
}

// kindOf returns what a type byte of the file means. The error is of a byte that
// stands at an offset in the place of a type byte or an opcode.
func (h header) kindOf(c byte, at int64) (kind, error) {
	if int(c) < len(common) && common[c].form != formNone {
		return common[c], nil
	}
	own := ofRedis
	if h.family == FamilyValkey {
		own = ofValkey
	}
	if k, ok := own[c]; ok {
		return k, nil
	}
	what := "neither a type nor an opcode that is known"
	switch {
	case c == 23 && h.family == FamilyValkey:
		what = "a path hash of Valkey 9.2, whose layout is not known"
	case c >= 200 && c <= 224:
		what = "an opcode of Dragonfly, whose files are not read"
	case refused[c] != "":
		what = refused[c]
	}
	return kind{}, decoder.Errorf(decoder.ErrUnsupported, at, "byte %d: %s (version %d of %s)", c, what, h.version, h.family)
}
