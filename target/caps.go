package target

// Product is the server software.
type Product string

// The products redrill tells apart.
const (
	ProductRedis     Product = "redis"
	ProductValkey    Product = "valkey"
	ProductElastickv Product = "elastickv"
	ProductMiniredis Product = "miniredis"
	ProductUnknown   Product = "unknown"
)

// Caps is what a server can do. A capability is true when the server showed
// it: the command is known and the user may run it. The zero value is a server
// that can do nothing beyond reading and writing.
type Caps struct {
	Product Product
	Version string // as the server says it; for reports, never for decisions

	// Enumerating keys. All three are false on an elastickv, and on a server
	// that may be one, because these commands can end it.
	Scan   bool // SCAN
	DBSize bool // DBSIZE
	Keys   bool // KEYS

	Time           bool // TIME
	PExpireTime    bool // PEXPIRETIME
	ObjectEncoding bool // OBJECT ENCODING
	MemoryUsage    bool // MEMORY USAGE
	Debug          bool // DEBUG, and it is allowed

	MGet       bool // MGET, of keys in any hash slots
	GetRange   bool // GETRANGE
	SMIsMember bool // SMISMEMBER
	ZMScore    bool // ZMSCORE
	HScan      bool // HSCAN
	SScan      bool // SSCAN
	ZScan      bool // ZSCAN

	// What sorted sets that are written with commands make of a score of -0, by
	// size. It was found out by writing, see [Target.ProbeByWriting].
	SmallZero, LargeZero ZeroSign

	PExpireAt     bool // PEXPIREAT
	XDel          bool // XDEL
	XSetID        bool // XSETID key id
	XSetIDDeleted bool // XSETID with ENTRIESADDED and MAXDELETEDID

	HPExpireAt     bool // HPEXPIREAT
	XGroups        bool // XGROUP, XCLAIM and XTRIM
	XGroupConsumer bool // XGROUP CREATECONSUMER
	FunctionLoad   bool // FUNCTION LOAD
	Arrays         bool // ARMSET and ARSEEK

	HPExpireTime bool // HPEXPIRETIME: fields of hashes may expire
	Functions    bool // FUNCTION LIST: the server keeps functions
	ArrayScan    bool // ARSCAN and ARNEXT
	XNack        bool // XNACK: pending entries may have no owner

	XInfo             bool // XINFO STREAM
	XInfoLastID       bool // … with last-generated-id
	XInfoMaxDeletedID bool // … with max-deleted-entry-id
	XInfoEntriesAdded bool // … with entries-added

	Info            bool // INFO
	InfoRunID       bool // … with run_id
	InfoRole        bool // … with role
	InfoEvictedKeys bool // … with evicted_keys
	InfoExpiredKeys bool // … with expired_keys
}

// ZeroSign is what becomes of a score of -0.
type ZeroSign uint8

// The signs of a zero.
const (
	ZeroUnknown ZeroSign = iota // nothing was written to find out
	ZeroKept                    // it reads back as -0
	ZeroLost                    // it reads back as 0
)
