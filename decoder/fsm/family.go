package fsm

import (
	"slices"

	"redrill/keyspace"
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

// familyInfo is all that the decoder knows of a family. What the passes look up
// by prefix or by slot follows from it.
type familyInfo struct {
	name     string        // in reports and notes
	prefix   string        // of its storage keys
	prefixes []string      // in place of a prefix, where there are several
	form     form          // of its storage keys
	tail     int           // bytes that follow kl(K) in a well-formed key
	says     slot          // what a visible row says of its user key
	typ      keyspace.Type // of that key
	sizes    []int         // that a body can have; nil: any
	inline   slot          // what a body larger than the first size says too: it holds an expiry behind that size
	beside   slot          // the anchor of the same type; its walk delivers or notes the rows it hides
	groups   bool          // only stores of several groups have such rows
}

// form is the shape of a storage key, as far as user keys are looked for in it.
type form uint8

const (
	formOther form = iota
	formName       // prefix ‖ K
	formGroup      // prefix ‖ kl(K) ‖ tail
)

// anyTail stands for tails of every length.
const anyTail = -1

// familyTable has a row for each family (docs/FORMAT.md, section 4).
var familyTable = [familyCount]familyInfo{
	famString:       {name: "string", prefix: "!redis|str|", form: formName, says: slotString, typ: keyspace.TypeString},
	famHLL:          {name: "hyperloglog", prefix: "!redis|hll|", form: formName, says: slotHLL, typ: keyspace.TypeHyperLogLog},
	famBare:         {name: "bare string", form: formName, says: slotBare, typ: keyspace.TypeString},
	famTTL:          {name: "ttl index", prefix: "!redis|ttl|", form: formName, says: slotTTL},
	famHashBlob:     {name: "hash blob", prefix: "!redis|hash|", form: formName, says: slotHashBlob, beside: slotHash, typ: keyspace.TypeHash},
	famSetBlob:      {name: "set blob", prefix: "!redis|set|", form: formName, says: slotSetBlob, beside: slotSet, typ: keyspace.TypeSet},
	famZSetBlob:     {name: "zset blob", prefix: "!redis|zset|", form: formName, says: slotZSetBlob, beside: slotZSet, typ: keyspace.TypeZSet},
	famStreamBlob:   {name: "stream blob", prefix: "!redis|stream|", form: formName, says: slotStreamBlob, typ: keyspace.TypeStream},
	famHashField:    {name: "hash field", prefix: "!hs|fld|", form: formGroup, tail: anyTail, says: slotHash, typ: keyspace.TypeHash},
	famHashMeta:     {name: "hash meta", prefix: "!hs|meta|", form: formGroup, says: slotHash, typ: keyspace.TypeHash, sizes: []int{metaBytes, metaExpiryBytes}, inline: slotInlineHash},
	famHashDelta:    {name: "hash delta", prefix: "!hs|meta|d|", form: formGroup, tail: anyTail, says: slotHash, typ: keyspace.TypeHash, sizes: []int{deltaBytes}},
	famListItem:     {name: "list item", prefix: "!lst|itm|", typ: keyspace.TypeList},
	famListMeta:     {name: "list meta", prefix: "!lst|meta|", form: formName, says: slotList, typ: keyspace.TypeList, sizes: []int{listMetaBytes, listMetaExpiryBytes}, inline: slotInlineList},
	famListDelta:    {name: "list delta", prefix: "!lst|meta|d|", form: formGroup, tail: deltaTailBytes, says: slotList, typ: keyspace.TypeList, sizes: []int{listDeltaBytes}},
	famListNewDelta: {name: "list delta, new", prefix: "!lst|delta|", form: formGroup, tail: deltaTailBytes, says: slotList, typ: keyspace.TypeList, sizes: []int{listDeltaBytes}},
	famListClaim:    {name: "list claim", prefix: "!lst|claim|"},
	famSetMember:    {name: "set member", prefix: "!st|mem|", form: formGroup, tail: anyTail, says: slotSet, typ: keyspace.TypeSet},
	famSetMeta:      {name: "set meta", prefix: "!st|meta|", form: formGroup, says: slotSet, typ: keyspace.TypeSet, sizes: []int{metaBytes, metaExpiryBytes}, inline: slotInlineSet},
	famSetDelta:     {name: "set delta", prefix: "!st|meta|d|", form: formGroup, tail: anyTail, says: slotSet, typ: keyspace.TypeSet, sizes: []int{deltaBytes}},
	famZSetMember:   {name: "zset member", prefix: "!zs|mem|", form: formGroup, tail: anyTail, says: slotZSet, typ: keyspace.TypeZSet},
	famZSetMeta:     {name: "zset meta", prefix: "!zs|meta|", form: formGroup, says: slotZSet, typ: keyspace.TypeZSet, sizes: []int{metaBytes, metaExpiryBytes}, inline: slotInlineZSet},
	famZSetDelta:    {name: "zset delta", prefix: "!zs|meta|d|", form: formGroup, tail: anyTail, says: slotZSet, typ: keyspace.TypeZSet, sizes: []int{deltaBytes}},
	famZSetScore:    {name: "zset score index", prefix: "!zs|scr|", form: formGroup, tail: anyTail, typ: keyspace.TypeZSet},
	famStreamEntry:  {name: "stream entry", prefix: "!stream|entry|", form: formGroup, tail: streamTailBytes, typ: keyspace.TypeStream},
	famStreamMeta:   {name: "stream meta", prefix: "!stream|meta|", form: formGroup, says: slotStream, typ: keyspace.TypeStream, sizes: []int{streamMetaBytes, streamMetaExpiryBytes, streamMetaTrimBytes}, inline: slotInlineStream},
	famFence:        {name: "conflict fence", prefixes: []string{"!redis|txn-wide-hash|", "!redis|txn-wide-set|", listFencePrefix, "!redis|txn-wide-zset|"}},
	famDynamoDB:     {name: "dynamodb", prefixes: []string{"!ddb|meta|table|", "!ddb|meta|gen|", "!ddb|item|", "!ddb|gsi|"}},
	famS3: {name: "s3", prefixes: []string{
		"!s3|bucket|meta|", "!s3|bucket|gen|", "!s3|obj|head|", "!s3|upload|meta|", "!s3|upload|part|", "!s3|blob|",
		"!s3|chunkref|", "!s3|gc|upload|", "!s3route|",
	}},
	famS3ChunkBlob: {name: "s3 chunk blob", prefix: "!s3|chunkblob|"},
	famSQS: {name: "sqs", prefixes: []string{
		"!sqs|queue|meta|", "!sqs|queue|gen|", "!sqs|queue|seq|", "!sqs|queue|tombstone|",
		"!sqs|msg|data|", "!sqs|msg|vis|", "!sqs|msg|byage|", "!sqs|msg|dedup|", "!sqs|msg|group|",
	}},
	famTxnLock:  {name: "transaction lock", prefix: "!txn|lock|", groups: true},
	famTxnOther: {name: "transaction", prefixes: []string{"!txn|int|", "!txn|cmt|", "!txn|rb|"}, groups: true},
	famTxnMark:  {name: "transaction marker", prefix: "!txn|ok|"},
	famDist: {name: "shard catalog", prefixes: []string{
		"!dist|meta|", "!dist|route|", "!dist|delta|", "!dist|jobhist|", "!dist|job|",
	}},
	famStaged:     {name: "staged copy", prefix: "!dist|migstage|", groups: true},
	famMigration:  {name: "migration", prefixes: []string{"!migwrite|", "!migfence|"}, groups: true},
	famEncryption: {name: "encryption", prefix: "!encryption|"},
	famFileSystem: {name: "file system", prefixes: []string{
		"!fs|ino|", "!fs|dir|", "!fs|dirv|", "!fs|home|", "!fs|chk|", "!fs|ref|", "!fs|reffence|", "!fs|intent|",
		"!fs|job|move|", "!fs|usage",
	}},
	famUnknown:      {name: "unknown internal"},
	famRawMeta:      {name: "operational row", sizes: []int{8}},
	famRawWriter:    {name: "writer registry", sizes: []int{8 + 2 + 2}}, // node id ‖ first epoch ‖ last epoch
	famRawMigration: {name: "migration state", groups: true},
}

func (f family) info() *familyInfo { return &familyTable[f] }

func (f family) String() string { return familyTable[f].name }

// prefix returns the storage-key prefix of a family that has exactly one.
func (f family) prefix() string { return familyTable[f].prefix }

func (f family) redis() bool { return f <= famFence }

// single reports whether a user key has one row of the family at most.
func (f family) single() bool {
	info := f.info()
	return info.form == formName || info.form == formGroup && info.tail == 0
}

// inlineIn returns the slot of the expiry that a body of this size holds,
// slotNone when it holds none.
func (f family) inlineIn(bodyLen int) slot {
	info := f.info()
	if info.inline != slotNone && bodyLen != info.sizes[0] && slices.Contains(info.sizes, bodyLen) {
		return info.inline
	}
	return slotNone
}

// families is a set of families.
type families uint64

func familiesOf(fs ...family) (m families) {
	for _, f := range fs {
		m |= 1 << f
	}
	return m
}

func (m families) has(f family) bool { return m&(1<<f) != 0 }
