package verify

import (
	"context"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"

	"redrill/internal/crash"
	"redrill/keyspace"
	"redrill/verify/internal/canary"
	"redrill/verify/internal/guard"
	"redrill/verify/internal/wire"
)

// run is one verification.
type run struct {
	opts   Options
	server Server
	base   *redis.Options
	open   func() (keyspace.Source, error)
	clocks guard.Clocks

	res      *Result
	workers  []*worker
	shared   chan *batch
	canaries *canary.Planner
	startMs  int64
	crash    crash.First
	live     *rereading // nil unless the server may take writes

	reclaimed int64 // keys that the server removed when it enumerated them: they had expired

	mu       sync.Mutex // guards what follows, and calls of Diffs and Progress
	compared int64
	extras   []extraElements // elements that the naming pass names
}

// Run compares the keys of a source with the server that base reaches, and
// returns what it found. Open is called once, and again for every further pass
// over the names, which is only needed to name extra keys or elements.
//
// With a Protocol of 3 in base, and a server that knows it, replies are RESP3,
// else RESP2. The result is the same.
//
// Errors: [ErrTarget] when the server cannot be reached or refuses, the
// source's own error when it ends with one, the cause of ctx when it is done.
// What panics in a goroutine of the run, or in the source, panics in Run when
// its goroutines have ended.
func Run(ctx context.Context, base *redis.Options, open func() (keyspace.Source, error), opts Options) (*Result, error) {
	opts = opts.withDefaults()
	r := &run{opts: opts, server: opts.Server, base: base, open: open,
		clocks: guard.Clocks{Now: opts.Now, Frozen: opts.FrozenClock, Told: opts.Server.Time, AsOfMs: opts.AsOfMs}}
	r.server.ByCommands, r.server.Loaded = opts.ByCommands, opts.Loaded
	if opts.Live > 0 {
		r.live = &rereading{rounds: opts.Live, pending: newNameSet(0)}
	}
	r.res = newResult(opts)
	r.canaries = canary.New(r.server, opts.Server.PExpireTime || opts.FrozenClock, opts.Seed)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	r.base = wire.Bounded(ctx, base, opts.Timeout)

	src, err := open()
	if err != nil {
		return nil, err
	}
	conn := wire.NewConnection(r.base)
	defer conn.Close()
	fromMs := r.clocks.LocalMs()
	if r.res.Before, err = r.readGuard(ctx, conn); err != nil {
		return nil, err
	}
	r.res.Expiry.ClockMs = guard.ClockDistance(r.res.Before.TimeMs, fromMs, r.clocks.LocalMs())
	for _, why := range guard.WrittenSince(opts.Since, r.res.Before) {
		r.invalid("%s", why)
	}
	r.startMs = r.clocks.ServerMs(r.res.Before)
	total, err := r.compareAll(ctx, cancel, src)
	if err != nil {
		return nil, err
	}
	if err := r.conclude(ctx, conn, src, total); err != nil {
		return nil, err
	}
	return r.res, nil
}

func newResult(opts Options) *Result {
	res := &Result{
		Server: opts.Server.Product, AsOfMs: opts.AsOfMs, HoldsAll: opts.Server.HoldsAll, Embedded: opts.Embedded,
		Types: map[string]*TypeResult{}, Kinds: map[Kind]int64{}, Notes: keyspace.Tally{},
		Sample: []Difference{}, Unchecked: []string{}, Invalid: []string{},
	}
	switch {
	case opts.Server.PExpireTime:
		res.Expiry.Method = "pexpiretime"
	case opts.FrozenClock:
		res.Expiry.Method = "pttl, frozen clock"
	default:
		res.Expiry.Method = "pttl"
	}
	return res
}

// compareAll sends every key through the workers and returns their counts.
func (r *run) compareAll(ctx context.Context, cancel context.CancelCauseFunc, src keyspace.Source) (*tally, error) {
	d, total, err := r.pass(ctx, cancel, src, nil)
	if err != nil {
		return nil, err
	}
	r.res.Keys, r.res.Notes, r.res.Counters = d.keys, d.notes, d.counters
	if d.forgotten {
		r.invalid("of more than %d unreadable keys it cannot be told how many are on the server", r.opts.remember)
	}
	for i := range d.types {
		total.types[i].keys, total.types[i].elements = d.types[i].keys, d.types[i].elements
		r.res.Elements += d.types[i].elements
	}
	if r.live != nil {
		err = r.settle(ctx, cancel, total)
	}
	return total, err
}

// pass reads the keys of a source once; only those whose hashes are among only,
// unless that is nil.
func (r *run) pass(ctx context.Context, cancel context.CancelCauseFunc, src keyspace.Source, only *nameSet) (*dispatcher, *tally, error) {
	var group sync.WaitGroup
	r.workers, r.shared = nil, make(chan *batch, r.opts.Connections)
	for range r.opts.Connections {
		w := newWorker(r)
		r.workers = append(r.workers, w)
		group.Go(func() {
			if err := w.loop(ctx); err != nil {
				cancel(err)
			}
		})
	}
	d := newDispatcher(ctx, r)
	d.only = only
	err := d.feed(src)
	close(r.shared)
	for _, w := range r.workers {
		close(w.own)
	}
	group.Wait()
	r.crash.Repeat()
	if cause := context.Cause(ctx); cause != nil {
		return nil, nil, cause
	}
	if err != nil {
		return nil, nil, err
	}
	total := newTally()
	for _, w := range r.workers {
		w.conn.Close()
		total.merge(w.tally)
	}
	return d, total, nil
}

// report counts differences and passes them on.
func (r *run) report(diffs []Difference) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range diffs {
		r.res.Differences += d.Weight()
		r.res.Kinds[d.Kind] += d.Weight()
		if d.Type != "" {
			r.typeResult(d.Type).Kinds[d.Kind] += d.Weight()
		}
		if len(r.res.Sample) < r.opts.Sample {
			r.res.Sample = append(r.res.Sample, d)
		}
		if r.opts.Diffs != nil {
			r.opts.Diffs(d)
		}
	}
}

// progress passes on how many keys have been compared.
func (r *run) progress(keys int64) {
	if r.live != nil && r.live.round > 0 {
		return // they have been counted
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.compared += keys
	if r.opts.Progress != nil {
		r.opts.Progress(r.compared)
	}
}

func (r *run) invalid(format string, args ...any) {
	r.res.Invalid = append(r.res.Invalid, fmt.Sprintf(format, args...))
}
