package restore

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// Server says what a server can do. The zero value is a Redis 5.0 that lacks
// everything it may lack.
type Server struct {
	XSetID       bool // knows XSETID
	MaxDeletedID bool // XSETID takes MAXDELETEDID (Redis 7.0)
	SetPXAT      bool // SET takes PXAT (Redis 6.2)

	// What such a server does not have is left out, and [Result.NotCarried] says so.
	// [Run] finds out by itself, too, when it is told what the keys need, all but
	// Consumers.
	FieldExpiry bool // HPEXPIREAT (Redis 7.4, Valkey 9.0)
	Groups      bool // consumer groups: XGROUP, XCLAIM, XTRIM and XSETID
	Consumers   bool // XGROUP CREATECONSUMER (Redis 6.2): XREADGROUP takes its place
	Functions   bool // FUNCTION LOAD (Redis 7.0)
	Arrays      bool // ARMSET and ARSEEK (Redis 8.8)

	// What older and other servers lack. [Run] finds out by itself when it is
	// told what the keys need.
	NoHSetPairs bool // HSET takes one pair (before Redis 4.0): HMSET takes more
	NoPExpireAt bool // no PEXPIREAT: PEXPIRE takes its place
	NoXGroup    bool // no XGROUP CREATE … MKSTREAM: XADD MAXLEN 0 takes its place
	NoXDel      bool // no XDEL

	// Elastickv says that the server has one database, uses names itself and takes
	// scores that are no numbers.
	Elastickv bool
}

// representable is [keyspace.Representable] for this server.
func (s Server) representable(k keyspace.Key) (kept keyspace.Key, dropped int) {
	if _, is := k.Value.(keyspace.ZSet); is && s.Elastickv {
		return k, 0
	}
	return keyspace.Representable(k)
}

// Command is one command and what its reply has to be.
type Command struct {
	Args  []string // name first; binary safe
	Reply Reply
	// Relative says that the last argument, a Unix time in milliseconds, has to be
	// made the time from then on when the command is sent (PEXPIRE).
	Relative bool
}

// Reply is what a command has to be answered with.
type Reply struct {
	Kind ReplyKind
	N    int64 // for ReplyInt, ReplyCodes and ReplyList; for ReplyID, how many arguments stand between the key and the ID
}

// ReplyKind says how a reply is checked. An error reply is wrong for each.
type ReplyKind uint8

// The kinds of replies.
const (
	ReplyAny   ReplyKind = iota // anything: the reply proves nothing
	ReplyOK                     // the status OK
	ReplyInt                    // the integer N
	ReplyID                     // the ID among the arguments
	ReplyCodes                  // an array of N codes of fields whose expire time is set, or had passed
	ReplyList                   // an array of N elements
)

// Commands returns the commands that write k, a whole key or one part of one.
// It is pure and total: keys without elements, keys whose elements no server
// can hold (see [keyspace.Representable]) and opaque keys yield no commands, with
// the exception of streams and HyperLogLogs, which exist without elements. What the
// server has no commands for is left out. Fields of hashes are written whatever
// their expire time.
//
// The commands of a later part assume that those of the earlier parts were sent.
// Commands does not know these parts; it uses APPEND where [Run], which does,
// sends SETRANGE and checks lengths, and it takes the first group of a stream's
// later part for another than that of the part before.
func Commands(k keyspace.Key, s Server) []Command {
	var b batch
	p := commands{server: s, asOfMs: math.MinInt64, nowMs: math.MaxInt64, losses: losses{}}
	p.plan(&b, k)
	commands := make([]Command, 0, len(b.cmds))
	for _, c := range b.cmds {
		commands = append(commands, Command{Args: b.args[c.start:c.end:c.end], Reply: c.reply, Relative: c.relative})
	}
	return commands
}

// Bounds of one variadic command. It ends with the element that reaches either.
const (
	commandElements = 1024
	commandBytes    = 128 << 10
)

// batch is a sequence of commands in a form that can be filled again and again
// without allocating: the arguments of all commands lie one after the other.
type batch struct {
	args  []string
	cmds  []span
	bytes int // of all arguments, with their RESP framing
	mark  int // bytes when the command under construction began

	relative int // commands with a time from now on
}

// span is one command of a batch.
type span struct {
	start, end int // args[start:end]
	reply      Reply
	relative   bool  // the last argument is a time from now on, until
	atMs       int64 // this Unix time in milliseconds
}

// argOverhead is about what RESP adds to one argument: $len\r\n…\r\n.
const argOverhead = 8

func (b *batch) reset() {
	clear(b.args) // do not keep the strings alive
	b.args, b.cmds, b.bytes, b.relative = b.args[:0], b.cmds[:0], 0, 0
}

// extent is how much a batch holds.
type extent struct{ args, cmds, bytes int }

func (b *batch) len() extent { return extent{args: len(b.args), cmds: len(b.cmds), bytes: b.bytes} }

// truncate takes back what was added since the batch was as long as e.
func (b *batch) truncate(e extent) {
	b.args, b.cmds, b.bytes = b.args[:e.args], b.cmds[:e.cmds], e.bytes
}

// begin starts a command; its key, if it has one, is the first argument.
func (b *batch) begin(name string) {
	b.mark = b.bytes
	b.cmds = append(b.cmds, span{start: len(b.args)})
	b.add(name)
}

func (b *batch) add(arg string) {
	b.args = append(b.args, arg)
	b.bytes += len(arg) + argOverhead
}

// set replaces an argument of the command under construction.
func (b *batch) set(i int, arg string) {
	b.bytes += len(arg) - len(b.args[i])
	b.args[i] = arg
}

// room reports whether the command takes another element after n.
func (b *batch) room(n int) bool {
	return n < commandElements && b.bytes-b.mark < commandBytes
}

// end completes the command that begin started.
func (b *batch) end(kind ReplyKind, n int64) {
	c := &b.cmds[len(b.cmds)-1]
	c.end, c.reply = len(b.args), Reply{Kind: kind, N: n}
}

// put appends a complete command.
func (b *batch) put(reply Reply, args ...string) {
	b.begin(args[0])
	for _, arg := range args[1:] {
		b.add(arg)
	}
	b.end(reply.Kind, reply.N)
}

func (b *batch) putInt(n int64, args ...string) { b.put(Reply{Kind: ReplyInt, N: n}, args...) }

func (b *batch) putOK(args ...string) { b.put(Reply{Kind: ReplyOK}, args...) }

// putUntil appends a command that ends with the Unix time ms, in milliseconds,
// which [batch.setTTLs] makes a time from now on.
func (b *batch) putUntil(ms int64, reply Reply, args ...string) {
	b.put(reply, append(args, itoa(ms))...)
	c := &b.cmds[len(b.cmds)-1]
	c.relative, c.atMs = true, ms
	b.relative++
}

// setTTLs writes the times from nowMs on into the commands that take such times.
func (b *batch) setTTLs(nowMs int64) {
	for _, c := range b.cmds {
		if c.relative {
			b.args[c.end-1] = itoa(c.atMs - nowMs)
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
