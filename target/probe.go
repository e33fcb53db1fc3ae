package target

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/internal/secret"
)

// absent is a name no key has. Nothing that is asked about it can write.
const absent = "redrill:probe:7c0c3d0e-absent"

// probe finds out what the server behind o can do. It writes only when owned.
// Errors are ErrUnreachable, ErrRefused where PING is refused, and ErrUnfit.
func probe(ctx context.Context, o *redis.Options, owned bool) (Caps, error) {
	conn, err := dial(ctx, o)
	if err != nil {
		err = scrubbed(explainTLS(ctx, o, err), o)
		if errors.Is(err, ErrUnfit) {
			return Caps{}, err
		}
		return Caps{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	_ = conn.Close() // it has served its purpose
	own := *o
	own.PoolSize, own.DialerRetries = 1, 1
	own.Protocol = 2 // what a server can do does not depend on it, and HELLO 2 is among the questions
	own.Dialer = func(dialCtx context.Context, _, _ string) (net.Conn, error) {
		conn, err := dial(dialCtx, o)
		if err == nil { // a reply is awaited until the read timeout, whatever happens to a context
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	client := newClient(&own)
	defer client.Close()
	p := prober{ctx: ctx, client: client}

	if err := ping(ctx, client); err != nil {
		return Caps{}, explainPing(ctx, o, err)
	}
	caps := p.recognise()
	if err := p.unfit(caps); err != nil {
		return Caps{}, scrubbed(err, o)
	}
	caps.Version = secret.New(nil, o.Password).Text(caps.Version)
	switch {
	case caps.Product == ProductElastickv:
	case p.mayBeElastickv():
		caps.Product = p.signature(caps.Product)
	default:
		caps.Scan = p.knows("SCAN", "no-cursor")
		caps.DBSize = p.knows("DBSIZE")
		caps.Keys = caps.Scan && p.knows("KEYS")
	}
	p.commands(&caps)
	p.streamInfo(&caps, owned)
	if owned {
		p.written(&caps)
	}
	if p.err != nil {
		return Caps{}, fmt.Errorf("%w: probe: %w", ErrUnreachable, scrubbed(p.err, o))
	}
	return caps, nil
}

func ping(ctx context.Context, client *redis.Client) error {
	return client.Do(ctx, "PING").Err()
}

// prober asks questions until the connection breaks; err is why it did.
type prober struct {
	ctx    context.Context
	client *redis.Client
	err    error

	answered int         // questions, also by a refusal
	info     client.Info // the reply to INFO
}

// do sends one command. refused is the error reply of the server, if it was one.
func (p *prober) do(args ...any) (reply any, refused error) {
	if p.err != nil {
		return nil, p.err
	}
	reply, err := p.client.Do(p.ctx, args...).Result()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	if _, isReply := errors.AsType[redis.Error](err); err != nil && !isReply {
		p.err = err
		return nil, err
	}
	p.answered++
	return reply, err
}

// knows reports whether the server has the command and lets the user run it.
// Any other error reply (bad argument, no such key, read-only replica) proves
// that the command exists.
func (p *prober) knows(args ...any) bool {
	_, err := p.do(args...)
	return p.err == nil && !isUnknown(err) && !isForbidden(err)
}

// helps reports whether the help of a command names a subcommand, or there is no such
// help. Before Redis 6.2, XGROUP looks at the key before the subcommand, so that its
// refusal proves nothing.
func (p *prober) helps(command, subcommand string) bool {
	reply, err := p.do(command, "HELP")
	lines, ok := reply.([]any)
	return err != nil || !ok || strings.Contains(strings.ToUpper(fmt.Sprint(lines...)), subcommand)
}

// knowsAcrossSlots is knows for a command about keys of two hash slots, which a
// server in cluster mode refuses.
func (p *prober) knowsAcrossSlots(args ...any) bool {
	_, err := p.do(args...)
	return p.err == nil && !isUnknown(err) && !isForbidden(err) && !says(err, "crossslot")
}

// recognise fills in who the server is, with INFO, HELLO and COMMAND INFO only.
func (p *prober) recognise() Caps {
	caps := Caps{Product: ProductUnknown}
	info, err := p.do("INFO")
	reply, _ := info.(string)
	text := client.Info(reply)
	caps.Info = err == nil
	p.info = text
	_, caps.InfoRunID = text.Field("run_id")
	_, caps.InfoRole = text.Field("role")
	_, caps.InfoEvictedKeys = text.Field("evicted_keys")
	_, caps.InfoExpiredKeys = text.Field("expired_keys")

	hello, _ := p.do("HELLO", 2)
	greeting := strings.ToLower(fmt.Sprint(hello))
	known, _ := p.do("COMMAND", "INFO", "FLUSHLEGACY")
	flushLegacy := strings.Contains(strings.ToLower(fmt.Sprint(known)), "flushlegacy")

	version, isRedis := text.Field("redis_version")
	valkey, isValkey := text.Field("valkey_version")
	switch {
	case flushLegacy, strings.Contains(strings.ToLower(string(text)), "elastickv"),
		strings.Contains(greeting, "elastickv"):
		caps.Product = ProductElastickv
		caps.Version, _ = text.Field("elastickv_version")
	case isValkey:
		caps.Product, caps.Version = ProductValkey, valkey
	case strings.Contains(greeting, "miniredis"):
		caps.Product = ProductMiniredis
	case isRedis:
		caps.Product, caps.Version = ProductRedis, version
	}
	return caps
}

// mayBeElastickv reports whether the server lacks both TIME and OBJECT, as an
// elastickv does and no Redis: enumerating its keys could end it. A server
// that is wrongly taken for one only has its extra keys not looked for.
func (p *prober) mayBeElastickv() bool {
	_, timeErr := p.do("TIME")
	_, objectErr := p.do("OBJECT", "ENCODING", absent)
	return p.err != nil || isUnknown(timeErr) && isUnknownCommand(objectErr)
}

// signature returns ProductElastickv if the server, besides lacking TIME and
// OBJECT, words its refusals as an elastickv does, and product otherwise.
func (p *prober) signature(product Product) Product {
	for _, args := range [][]any{{"TIME"}, {"OBJECT", "ENCODING", absent}, {"CONFIG", "GET", "port"}} {
		if _, err := p.do(args...); !says(err, "err unsupported command '") {
			return product
		}
	}
	return ProductElastickv
}

// commands asks for each command in a form that cannot write.
func (p *prober) commands(caps *Caps) {
	caps.Time = p.knows("TIME")
	caps.PExpireTime = p.knows("PEXPIRETIME", absent)
	caps.ObjectEncoding = p.knows("OBJECT", "ENCODING", absent)
	caps.MemoryUsage = p.knows("MEMORY", "USAGE", absent)
	caps.Debug = p.allows("DEBUG", "HELP")
	caps.MGet = p.knowsAcrossSlots("MGET", absent, absent+"-2")
	caps.GetRange = p.knows("GETRANGE", absent, 0, 0)
	caps.SMIsMember = p.knows("SMISMEMBER", absent, "m")
	caps.ZMScore = p.knows("ZMSCORE", absent, "m")
	caps.HScan = p.knows("HSCAN", absent, 0)
	caps.SScan = p.knows("SSCAN", absent, 0)
	caps.ZScan = p.knows("ZSCAN", absent, 0)
	caps.PExpireAt = p.knows("PEXPIREAT", absent, "no-time")
	caps.XDel = p.knows("XDEL", absent, "no-id")
	// The ID is checked before the key in Redis 7 and after it in older ones;
	// neither writes. Without the two options the number of arguments is wrong.
	caps.XSetID = p.knows("XSETID", absent, "no-id")
	_, err := p.do("XSETID", absent, "no-id", "ENTRIESADDED", 0, "MAXDELETEDID", "0-0")
	caps.XSetIDDeleted = caps.XSetID && err != nil && !isArity(err)
	caps.XInfo = p.knows("XINFO", "STREAM", absent)
	caps.HPExpireAt = p.knows("HPEXPIREAT", absent, "no-time", "FIELDS", 1, "f")
	caps.XGroups = p.knows("XGROUP", "CREATE", absent, "g", "no-id") && p.knows("XCLAIM", absent, "g", "c", 0, "no-id") && p.knows("XTRIM", absent, "MAXLEN", "no-length")
	caps.XGroupConsumer = caps.XGroups && p.knows("XGROUP", "CREATECONSUMER", absent, "g", "c") && p.helps("XGROUP", "CREATECONSUMER")
	caps.FunctionLoad = p.knows("FUNCTION", "LOAD", "no library")
	caps.Arrays = p.knows("ARMSET", absent, "no-index", "v") && p.knows("ARSEEK", absent, "no-index")
	caps.HPExpireTime = p.knows("HPEXPIRETIME", absent, "FIELDS", 1, "f")
	caps.Functions = p.knows("FUNCTION", "LIST")
	caps.XNack = p.knows("XNACK", absent)
	caps.ArrayScan = p.knows("ARSCAN", absent, 0, 0) && p.knows("ARNEXT", absent)
}

// allows is knows for a command that may exist and still be switched off.
func (p *prober) allows(args ...any) bool {
	_, err := p.do(args...)
	return p.err == nil && err == nil
}

// streamInfo finds the fields of XINFO STREAM: on a server of our own by
// looking at a stream, elsewhere by what came with them. last-generated-id is
// as old as the command, the other two came with the options of XSETID.
func (p *prober) streamInfo(caps *Caps, owned bool) {
	if !caps.XInfo {
		return
	}
	if !owned { // whoever may not set them can still read them: the first stream shows
		caps.XInfoLastID = true
		caps.XInfoMaxDeletedID = caps.XSetIDDeleted || !caps.XSetID
		caps.XInfoEntriesAdded = caps.XSetIDDeleted
		return
	}
	_, _ = p.do("XADD", absent, "1-1", "f", "v") // refused: no fields are found
	reply, _ := p.do("XINFO", "STREAM", absent)
	_, _ = p.do("DEL", absent)
	fields, _ := reply.([]any)
	for i := 0; i+1 < len(fields); i += 2 {
		switch fields[i] {
		case "last-generated-id":
			caps.XInfoLastID = true
		case "max-deleted-entry-id":
			caps.XInfoMaxDeletedID = true
		case "entries-added":
			caps.XInfoEntriesAdded = true
		}
	}
}

// largeMember is longer than what any server keeps in its compact encoding of
// a sorted set.
const largeMember = 64 << 10

// written finds out what only writing shows: a key that nobody has is written,
// read back and deleted.
func (p *prober) written(caps *Caps) {
	caps.SmallZero = p.zeroSign("m")
	caps.LargeZero = p.zeroSign(strings.Repeat("m", largeMember))
}

func (p *prober) zeroSign(member string) ZeroSign {
	_, refused := p.do("ZADD", absent, "-0", member)
	score, _ := p.do("ZSCORE", absent, member)
	_, _ = p.do("DEL", absent)
	switch text := fmt.Sprint(score); {
	case refused != nil:
		return ZeroUnknown
	case text == "-0":
		return ZeroKept
	case text == "0":
		return ZeroLost
	}
	return ZeroUnknown
}

// ProbeByWriting completes t.Caps with what only writing shows, by writing a key
// of redrill's own, reading it back and deleting it. It is for servers that
// redrill restores into; of one that it started itself Open has found out.
func (t *Target) ProbeByWriting(ctx context.Context) error {
	if t.Owned || t.Caps.Product == ProductElastickv {
		return nil
	}
	o := *t.Options
	o.PoolSize = 1
	client := newClient(&o)
	defer client.Close()
	p := prober{ctx: ctx, client: client}
	p.written(&t.Caps)
	if p.err != nil {
		return fmt.Errorf("%w: probe: %w", ErrUnreachable, scrubbed(p.err, t.Options))
	}
	return nil
}

// isUnknown reports whether err says that the server lacks the command or the
// subcommand.
func isUnknown(err error) bool {
	return isUnknownCommand(err) || says(err, "unknown subcommand", "try object help", "unsupported subcommand")
}

func isUnknownCommand(err error) bool {
	return says(err, "unknown command", "unsupported command")
}

// isForbidden reports whether err says that the user may not run the command.
// A key that the user may not touch proves that the command may be run.
func isForbidden(err error) bool {
	return says(err, "noperm") && !says(err, "access a key", "access one of the keys")
}

func isArity(err error) bool {
	return isUnknown(err) || isForbidden(err) || says(err, "wrong number of arguments", "syntax error")
}

func says(err error, any ...string) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	for _, s := range any {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
