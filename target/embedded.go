package target

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// embeddedUnchecked lists what a drill on miniredis v2.40.0 cannot prove. All
// of it was measured:
//
//	expiry        stored as a distance from the clock, at most 9223372036854 ms
//	              of it: later expire times read back as that. Nothing expires
//	              by itself; PEXPIREAT up to the clock deletes, SET PXAT up to
//	              the clock leaves the key alive.
//	HyperLogLog   TYPE is hll; GET, GETRANGE, STRLEN and DUMP are refused, so
//	              that only PFCOUNT, an estimate, can be compared. PFADD
//	              without elements is refused; PFMERGE of an absent key makes
//	              an empty one.
//	stream        XINFO STREAM has length and last-generated-id only, the
//	              latter empty instead of 0-0 for a stream that never had an
//	              entry. No XSETID. XADD checks the ID against the last entry
//	              there is, not against the last ID. A refused XADD of 0-0
//	              leaves an empty stream behind. Duplicate fields, binary
//	              fields and IDs up to 2^64-1 are kept.
//	sorted set    -0 is kept in sets of any size; NaN is accepted; shortest
//	              text: 5e-324, -0, 1e-7, 99999999999999990000000, inf, nan.
//	INFO          clients and stats only, without run_id, role, evicted_keys,
//	              expired_keys; other sections are an error. No CONFIG.
//	COMMAND       lists the commands of Redis 5, whatever is asked.
//	OBJECT        no ENCODING. No DEBUG. MEMORY USAGE is an estimate.
//	SELECT        takes any number.
//	HELLO         needs a version.
//
// TIME, PEXPIRETIME, MGET, GETRANGE, SMISMEMBER, ZMSCORE, HSCAN, SSCAN, ZSCAN,
// binary names and values, and empty names and values are as in a Redis.
//
// What a verification sees for itself to be missing (registers, largest deleted
// IDs, guards) is not repeated here.
func embeddedUnchecked() []string {
	return []string{
		"not a Redis: nothing here shows what a Redis would refuse (NaN scores, sizes, memory)",
		"expiry by time: the clock stands still at the reference time",
		"expire times later than 9223372036854 ms after the reference time",
		"whether -0 survives in a small sorted set",
	}
}

// openEmbedded starts a miniredis in this process. Its clock stands still at
// opts.AsOf: it stores TTLs and adds them to its clock when it is asked for an
// expire time, so that a running clock would move every expire time.
func openEmbedded(ctx context.Context, opts Options) (*Target, error) {
	if opts.AsOf.IsZero() {
		return nil, fmt.Errorf("%w: embedded needs a time for its frozen clock", ErrUsage)
	}
	server := miniredis.NewMiniRedis()
	server.SetTime(time.UnixMilli(opts.AsOf.UnixMilli()))
	first, err := server.Dial() // starts the server without a listener
	if err != nil {
		return nil, fmt.Errorf("%w: start miniredis: %w", ErrUnreachable, err)
	}
	_ = first.Close()
	o := baseOptions("memory", "memory")
	o.Dialer = func(context.Context, string, string) (net.Conn, error) {
		srv := server.Server()
		if srv == nil {
			return nil, net.ErrClosed
		}
		client, far := memPipe()
		srv.ServeConn(far)
		return client, nil
	}
	t := &Target{
		Kind:        KindEmbedded,
		Options:     o,
		Owned:       true,
		Description: "memory",
		Unchecked:   embeddedUnchecked(),
		release:     func() error { server.Close(); return nil },
	}
	return finish(ctx, t, opts)
}
