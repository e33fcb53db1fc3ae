package fsm

import (
	"slices"
	"strings"
	"testing"
)

// otherFamilies says again which family each prefix begins (docs/FORMAT.md, section
// 4): a slip in the table of the decoder loses rows of other services at worst
// into "unknown", which no vector of Redis data would notice.
var otherFamilies = map[family]string{
	famDynamoDB:   "!ddb|meta|table| !ddb|meta|gen| !ddb|item| !ddb|gsi|",
	famDist:       "!dist|meta| !dist|route| !dist|delta| !dist|jobhist| !dist|job|",
	famEncryption: "!encryption|",
	famFileSystem: "!fs|ino| !fs|dir| !fs|dirv| !fs|home| !fs|chk| !fs|ref| !fs|reffence| !fs|intent| !fs|job|move| !fs|usage",
	famS3: "!s3|bucket|meta| !s3|bucket|gen| !s3|obj|head| !s3|upload|meta| !s3|upload|part| !s3|blob| !s3|chunkref| " +
		"!s3|gc|upload| !s3route|",
	famS3ChunkBlob: "!s3|chunkblob|",
	famSQS: "!sqs|queue|meta| !sqs|queue|gen| !sqs|queue|seq| !sqs|queue|tombstone| !sqs|msg|data| !sqs|msg|vis| " +
		"!sqs|msg|byage| !sqs|msg|dedup| !sqs|msg|group|",
	famMigration: "!migwrite| !migfence|",
	famFence:     "!redis|txn-wide-hash| !redis|txn-wide-set| !redis|txn-wide-list| !redis|txn-wide-zset|",
	famTxnLock:   "!txn|lock|",
	famTxnOther:  "!txn|int| !txn|cmt| !txn|rb|",
	famTxnMark:   "!txn|ok|",
}

func TestClassifyOtherFamilies(t *testing.T) {
	known := 0
	for want, prefixes := range otherFamilies {
		for _, prefix := range strings.Fields(prefixes) {
			known++
			for _, rest := range []string{"", "x", "\x00|"} {
				if got := classify([]byte(prefix+rest), 3); got != want {
					t.Errorf("classify(%q) = %v, want %v", prefix+rest, got, want)
				}
			}
			if got := classify([]byte(prefix[:len(prefix)-1]), 3); got == want && !strings.HasPrefix(prefix, "!encryption") {
				t.Errorf("classify(%q) = %v, though the prefix is cut", prefix[:len(prefix)-1], got)
			}
		}
	}
	others := 0
	for _, list := range knownPrefixes {
		for _, p := range list {
			if _, ok := otherFamilies[p.family]; ok {
				others++
			}
		}
	}
	if others != known {
		t.Errorf("%d prefixes of other families are known, the test has %d", others, known)
	}
}

// TestRaftFile: files of a node that begin like a payload are not taken for
// payloads, and payloads of other versions not for them.
func TestRaftFile(t *testing.T) {
	for magic, want := range map[string]bool{
		"EKVR1234": true, "EKVM1234": true, "EKVW1234": true, "EKVP\x01\x00\x00\x00": true,
		magicNative[:7] + "2": false, magicNative[:6] + "XY": true, magicMVCC[:6] + "XY": true, magicMVCC[:7] + "9": false, magicNative: false, "EKVT1234": false, "ekvr1234": false,
	} {
		if got := raftFile(magic); got != want {
			t.Errorf("raftFile(%q) = %v, want %v", magic, got, want)
		}
	}
}

// TestPrefixesStandLongestFirst: inside a letter no prefix hides a longer one.
func TestPrefixesStandLongestFirst(t *testing.T) {
	for letter, list := range knownPrefixes {
		for i, p := range list {
			if int(p.prefix[1]) != letter {
				t.Errorf("%q stands under %q", p.prefix, rune(letter))
			}
			if j := slices.IndexFunc(list[i+1:], func(q prefixFamily) bool { return strings.HasPrefix(q.prefix, p.prefix) }); j >= 0 {
				t.Errorf("%q hides %q", p.prefix, list[i+1+j].prefix)
			}
		}
	}
}

// familyNames says again what each family is called (inspect, errors) and which
// prefix it has, if exactly one.
var familyNames = [familyCount]string{
	famString:       "string !redis|str|",
	famHLL:          "hyperloglog !redis|hll|",
	famBare:         "bare string",
	famTTL:          "ttl index !redis|ttl|",
	famHashBlob:     "hash blob !redis|hash|",
	famSetBlob:      "set blob !redis|set|",
	famZSetBlob:     "zset blob !redis|zset|",
	famStreamBlob:   "stream blob !redis|stream|",
	famHashField:    "hash field !hs|fld|",
	famHashMeta:     "hash meta !hs|meta|",
	famHashDelta:    "hash delta !hs|meta|d|",
	famListItem:     "list item !lst|itm|",
	famListMeta:     "list meta !lst|meta|",
	famListDelta:    "list delta !lst|meta|d|",
	famListNewDelta: "list delta, new !lst|delta|",
	famListClaim:    "list claim !lst|claim|",
	famSetMember:    "set member !st|mem|",
	famSetMeta:      "set meta !st|meta|",
	famSetDelta:     "set delta !st|meta|d|",
	famZSetMember:   "zset member !zs|mem|",
	famZSetMeta:     "zset meta !zs|meta|",
	famZSetDelta:    "zset delta !zs|meta|d|",
	famZSetScore:    "zset score index !zs|scr|",
	famStreamEntry:  "stream entry !stream|entry|",
	famStreamMeta:   "stream meta !stream|meta|",
	famFence:        "conflict fence",
	famDynamoDB:     "dynamodb",
	famS3:           "s3",
	famS3ChunkBlob:  "s3 chunk blob !s3|chunkblob|",
	famSQS:          "sqs",
	famTxnLock:      "transaction lock !txn|lock|",
	famTxnOther:     "transaction",
	famTxnMark:      "transaction marker !txn|ok|",
	famDist:         "shard catalog",
	famStaged:       "staged copy !dist|migstage|",
	famMigration:    "migration",
	famEncryption:   "encryption !encryption|",
	famFileSystem:   "file system",
	famUnknown:      "unknown internal",
	famRawMeta:      "operational row",
	famRawWriter:    "writer registry",
	famRawMigration: "migration state",
}

func TestFamilyNames(t *testing.T) {
	for f, want := range familyNames {
		if got := strings.TrimSuffix(family(f).String()+" "+family(f).prefix(), " "); got != want {
			t.Errorf("family %d is %q, want %q", f, got, want)
		}
	}
}

// TestIsFamilyName: which bytes the name of an internal family may have.
func TestIsFamilyName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "z": true, "az09-_": true, "a0": true, "a9": true,
		"": false, "`": false, "{": false, "0": false, "-": false, "A": false,
		"a/": false, "a:": false, "a`": false, "a{": false, "aA": false, "a|": false, "a.": false, "a\xff": false,
	} {
		if got := isFamilyName([]byte(name)); got != want {
			t.Errorf("isFamilyName(%q) = %v, want %v", name, got, want)
		}
	}
}

// TestRowsOfSlots says again which rows make an anchor and hold an expiry, those
// first of which a user key has one.
func TestRowsOfSlots(t *testing.T) {
	want := [slotCount][]family{
		slotString:       {famString},
		slotHLL:          {famHLL},
		slotBare:         {famBare},
		slotList:         {famListMeta, famListDelta, famListNewDelta},
		slotHash:         {famHashMeta, famHashField, famHashDelta},
		slotSet:          {famSetMeta, famSetMember, famSetDelta},
		slotZSet:         {famZSetMeta, famZSetMember, famZSetDelta},
		slotHashBlob:     {famHashBlob},
		slotSetBlob:      {famSetBlob},
		slotZSetBlob:     {famZSetBlob},
		slotStream:       {famStreamMeta},
		slotStreamBlob:   {famStreamBlob},
		slotInlineList:   {famListMeta},
		slotInlineHash:   {famHashMeta},
		slotInlineSet:    {famSetMeta},
		slotInlineZSet:   {famZSetMeta},
		slotInlineStream: {famStreamMeta},
		slotTTL:          {famTTL},
	}
	for s := slotNone + 1; s < slotCount; s++ {
		if !slices.Equal(rowsOf[s], want[s]) {
			t.Errorf("rows of %v (slot %d) are %v, want %v", s, s, rowsOf[s], want[s])
		}
	}
}

// TestExpiryInMeta says again which sizes of a meta row hold an expiry.
func TestExpiryInMeta(t *testing.T) {
	holds := map[family][]int{
		famListMeta: {32}, famHashMeta: {16}, famSetMeta: {16}, famZSetMeta: {16}, famStreamMeta: {32, 48},
	}
	for f := range familyCount {
		for n := range 64 {
			if got := f.inlineIn(n) != slotNone; got != slices.Contains(holds[f], n) {
				t.Errorf("%v of %d bytes holds an expiry: %v", f, n, got)
			}
		}
	}
}
