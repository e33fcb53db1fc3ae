package restore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// serverClock is what is known of the server's clock.
type serverClock struct {
	aheadMs int64 // of Options.Now, or less
	errorMs int64 // by how much it may be less
	local   bool  // nothing is known: it is taken for the same
}

// readClock finds out how far the server's clock is ahead, for expire times that
// have to be given as times from now on.
func (r *run) readClock(ctx context.Context, conn *redis.Conn) error {
	r.clock = serverClock{local: true}
	if !r.opts.Server.NoPExpireAt || r.opts.Now == nil {
		return nil
	}
	from := r.opts.Now().UnixMilli()
	reply, err := conn.Do(ctx, "TIME").StringSlice()
	if err != nil && !refused(err) {
		return fmt.Errorf("%w: TIME: %w", ErrTarget, err)
	}
	until := r.opts.Now().UnixMilli()
	if err != nil || len(reply) != 2 {
		return nil
	}
	seconds, err1 := strconv.ParseInt(reply[0], 10, 64)
	micros, err2 := strconv.ParseInt(reply[1], 10, 64)
	if err1 == nil && err2 == nil { // as if it had been read at the end: no expire time is early
		r.clock = serverClock{aheadMs: seconds*1000 + micros/1000 - until, errorMs: until - from + 1}
	}
	return nil
}

// nowMs returns the time of the server, as far as it is known.
func (r *run) nowMs() int64 { return r.opts.Now().UnixMilli() + r.clock.aheadMs }

// relative notes that n expire times may be late by the time that a round trip
// took.
func (r *run) relative(n, tookMs int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.result.RelativeExpiry == nil {
		r.result.RelativeExpiry = &RelativeExpiry{LocalClock: r.clock.local}
	}
	e := r.result.RelativeExpiry
	e.Keys += n
	e.LateMs = max(e.LateMs, tookMs+r.clock.errorMs)
}
