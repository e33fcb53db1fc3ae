package fsm

import (
	"bytes"
	"encoding/binary"
)

// family is the class of a storage key: what kind of row it names.
type family uint8

// Families of Redis rows come first, then everything that is only counted.
const (
	famString family = iota
	famHLL
	famBare
	famTTL
	famHashBlob
	famSetBlob
	famZSetBlob
	famStreamBlob
	famHashField
	famHashMeta
	famHashDelta
	famListItem
	famListMeta
	famListDelta
	famListNewDelta
	famListClaim
	famSetMember
	famSetMeta
	famSetDelta
	famZSetMember
	famZSetMeta
	famZSetDelta
	famZSetScore
	famStreamEntry
	famStreamMeta
	famFence
	famDynamoDB
	famS3
	famS3ChunkBlob
	famSQS
	famTxnLock
	famTxnOther
	famTxnMark
	famDist
	famStaged
	famMigration
	famEncryption
	famFileSystem
	famUnknown
	famRawMeta
	famRawWriter
	famRawMigration

	familyCount
)

// familyInfo is the name of a family in reports and its prefix, if it has just one.
var familyInfo = [familyCount]struct{ name, prefix string }{
	famString:       {"string", "!redis|str|"},
	famHLL:          {"hyperloglog", "!redis|hll|"},
	famBare:         {"bare string", ""},
	famTTL:          {"ttl index", "!redis|ttl|"},
	famHashBlob:     {"hash blob", "!redis|hash|"},
	famSetBlob:      {"set blob", "!redis|set|"},
	famZSetBlob:     {"zset blob", "!redis|zset|"},
	famStreamBlob:   {"stream blob", "!redis|stream|"},
	famHashField:    {"hash field", "!hs|fld|"},
	famHashMeta:     {"hash meta", "!hs|meta|"},
	famHashDelta:    {"hash delta", "!hs|meta|d|"},
	famListItem:     {"list item", "!lst|itm|"},
	famListMeta:     {"list meta", "!lst|meta|"},
	famListDelta:    {"list delta", "!lst|meta|d|"},
	famListNewDelta: {"list delta, new", "!lst|delta|"},
	famListClaim:    {"list claim", "!lst|claim|"},
	famSetMember:    {"set member", "!st|mem|"},
	famSetMeta:      {"set meta", "!st|meta|"},
	famSetDelta:     {"set delta", "!st|meta|d|"},
	famZSetMember:   {"zset member", "!zs|mem|"},
	famZSetMeta:     {"zset meta", "!zs|meta|"},
	famZSetDelta:    {"zset delta", "!zs|meta|d|"},
	famZSetScore:    {"zset score index", "!zs|scr|"},
	famStreamEntry:  {"stream entry", "!stream|entry|"},
	famStreamMeta:   {"stream meta", "!stream|meta|"},
	famFence:        {"conflict fence", ""},
	famDynamoDB:     {"dynamodb", ""},
	famS3:           {"s3", ""},
	famS3ChunkBlob:  {"s3 chunk blob", "!s3|chunkblob|"},
	famSQS:          {"sqs", ""},
	famTxnLock:      {"transaction lock", "!txn|lock|"},
	famTxnOther:     {"transaction", ""},
	famTxnMark:      {"transaction marker", "!txn|ok|"},
	famDist:         {"shard catalog", ""},
	famStaged:       {"staged copy", "!dist|migstage|"},
	famMigration:    {"migration", ""},
	famEncryption:   {"encryption", "!encryption|"},
	famFileSystem:   {"file system", ""},
	famUnknown:      {"unknown internal", ""},
	famRawMeta:      {"operational row", ""},
	famRawWriter:    {"writer registry", ""},
	famRawMigration: {"migration state", ""},
}

func (f family) String() string { return familyInfo[f].name }

// prefix returns the storage-key prefix of a family that has exactly one.
func (f family) prefix() string { return familyInfo[f].prefix }

func (f family) redis() bool { return f <= famFence }

// families is a set of families.
type families uint64

func familiesOf(fs ...family) (m families) {
	for _, f := range fs {
		m |= 1 << f
	}
	return m
}

func (m families) has(f family) bool { return m&(1<<f) != 0 }

type prefixFamily struct {
	prefix string
	family family
}

// knownPrefixes lists every stored family, by the byte after '!'. Inside one
// letter a longer prefix stands before the prefixes it extends.
var knownPrefixes = map[byte][]prefixFamily{
	'd': {
		{"!ddb|meta|table|", famDynamoDB}, {"!ddb|meta|gen|", famDynamoDB},
		{"!ddb|item|", famDynamoDB}, {"!ddb|gsi|", famDynamoDB},
		{"!dist|meta|", famDist}, {"!dist|route|", famDist}, {"!dist|delta|", famDist},
		{"!dist|jobhist|", famDist}, {"!dist|job|", famDist}, {"!dist|migstage|", famStaged},
	},
	'e': {{"!encryption|", famEncryption}},
	'f': {
		{"!fs|ino|", famFileSystem}, {"!fs|dir|", famFileSystem}, {"!fs|dirv|", famFileSystem},
		{"!fs|home|", famFileSystem}, {"!fs|chk|", famFileSystem}, {"!fs|ref|", famFileSystem},
		{"!fs|reffence|", famFileSystem}, {"!fs|intent|", famFileSystem},
		{"!fs|job|move|", famFileSystem}, {"!fs|usage", famFileSystem},
	},
	'h': {{"!hs|meta|d|", famHashDelta}, {"!hs|meta|", famHashMeta}, {"!hs|fld|", famHashField}},
	'l': {
		{"!lst|itm|", famListItem}, {"!lst|meta|", famListMeta}, {"!lst|delta|", famListNewDelta},
		{"!lst|claim|", famListClaim},
	},
	'm': {{"!migwrite|", famMigration}, {"!migfence|", famMigration}},
	'r': {
		{"!redis|str|", famString}, {"!redis|hll|", famHLL}, {"!redis|ttl|", famTTL},
		{"!redis|hash|", famHashBlob}, {"!redis|set|", famSetBlob},
		{"!redis|zset|", famZSetBlob}, {"!redis|stream|", famStreamBlob},
		{"!redis|txn-wide-hash|", famFence}, {"!redis|txn-wide-set|", famFence},
		{"!redis|txn-wide-list|", famFence}, {"!redis|txn-wide-zset|", famFence},
	},
	's': {
		{"!st|mem|", famSetMember}, {"!st|meta|d|", famSetDelta}, {"!st|meta|", famSetMeta},
		{"!stream|entry|", famStreamEntry}, {"!stream|meta|", famStreamMeta},
		{"!s3|bucket|meta|", famS3}, {"!s3|bucket|gen|", famS3}, {"!s3|obj|head|", famS3},
		{"!s3|upload|meta|", famS3}, {"!s3|upload|part|", famS3}, {"!s3|blob|", famS3},
		{"!s3|chunkref|", famS3}, {"!s3|chunkblob|", famS3ChunkBlob}, {"!s3|gc|upload|", famS3},
		{"!s3route|", famS3},
		{"!sqs|queue|meta|", famSQS}, {"!sqs|queue|gen|", famSQS}, {"!sqs|queue|seq|", famSQS},
		{"!sqs|queue|tombstone|", famSQS}, {"!sqs|msg|data|", famSQS}, {"!sqs|msg|vis|", famSQS},
		{"!sqs|msg|byage|", famSQS}, {"!sqs|msg|dedup|", famSQS}, {"!sqs|msg|group|", famSQS},
	},
	't': {
		{"!txn|lock|", famTxnLock}, {"!txn|int|", famTxnOther}, {"!txn|cmt|", famTxnOther},
		{"!txn|rb|", famTxnOther}, {"!txn|ok|", famTxnMark},
	},
	'z': {
		{"!zs|mem|", famZSetMember}, {"!zs|scr|", famZSetScore}, {"!zs|meta|d|", famZSetDelta},
		{"!zs|meta|", famZSetMeta},
	},
}

// prefixTable is knownPrefixes as an array, for the hot path.
var prefixTable = func() (t [256][]prefixFamily) {
	for b, l := range knownPrefixes {
		t[b] = l
	}
	return t
}()

// classify returns the family of a storage key (docs/FORMAT.md, section 4).
// The body length is needed only to tell a list meta from a list delta.
func classify(key []byte, bodyLen int) family {
	if len(key) < 2 || key[0] != '!' {
		return famBare
	}
	for _, p := range prefixTable[key[1]] {
		if len(key) >= len(p.prefix) && string(key[:len(p.prefix)]) == p.prefix {
			// All other families follow from their prefix.
			//exhaustive:ignore
			switch p.family {
			case famListMeta:
				return classifyListMeta(key, bodyLen)
			case famStaged:
				if stagedKey(key) == nil {
					return famUnknown
				}
			}
			return p.family
		}
	}
	if looksInternal(key) {
		return famUnknown
	}
	return famBare
}

// looksInternal reports whether a key outside every known family is shaped
// like an internal one: '!', a lower-case letter, then letters, digits, '-' or
// '_', then '|' (docs/FORMAT.md, section 4.3).
func looksInternal(key []byte) bool {
	end := bytes.IndexByte(key, '|')
	return end > 0 && isFamilyName(key[1:end])
}

// isFamilyName reports whether a part of an internal prefix is a lower-case
// letter and then letters, digits, '-' or '_'.
func isFamilyName(part []byte) bool {
	if len(part) == 0 || part[0] < 'a' || part[0] > 'z' {
		return false
	}
	for _, c := range part[1:] {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// splitUserKey splits what follows the prefix of a length-prefixed family into
// the user key with its length prefix (kl) and the rest. ok is false when the
// declared length does not fit.
func splitUserKey(rest []byte) (group, tail []byte, ok bool) {
	if len(rest) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(rest))
	if n > uint64(len(rest)-4) {
		return nil, nil, false
	}
	return rest[:4+n], rest[4+n:], true
}

// appendUserKey appends kl(K): len(4, BE) ‖ K.
func appendUserKey(b []byte, name string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(name)))
	return append(b, name...)
}

// classifyListMeta tells a list meta from a list delta. List metas carry the
// plain user key, so the meta of a user key that begins with "d|" has the
// prefix of the deltas: the body length decides (docs/FORMAT.md, section 3.5).
//
//	meta  : "!lst|meta|" ‖ K                                   body of 24 or 32 bytes
//	delta : "!lst|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)      body of 16 bytes
func classifyListMeta(key []byte, bodyLen int) family {
	rest, found := bytes.CutPrefix(key, []byte(famListDelta.prefix()))
	if !found || bodyLen == listMetaBytes || bodyLen == listMetaExpiryBytes {
		return famListMeta
	}
	if _, tail, ok := splitUserKey(rest); ok && len(tail) == deltaTailBytes {
		return famListDelta
	}
	return famListMeta
}

// stagedKey returns the storage key that a staged copy is of, nil when the key
// is not that of one:
//
//	"!dist|migstage|" ‖ job(8) ‖ '|' ‖ storage key
func stagedKey(key []byte) []byte {
	rest, found := bytes.CutPrefix(key, []byte(famStaged.prefix()))
	if !found || len(rest) <= stagedJobBytes || rest[stagedJobBytes] != '|' {
		return nil
	}
	return rest[stagedJobBytes+1:]
}

const stagedJobBytes = 8
