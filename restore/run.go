package restore

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/internal/crash"
	"redrill/keyspace"
)

// Run writes the keys of seq to the server that base describes. The target has
// to be empty, unless opts say otherwise; nothing but keys of seq is changed.
// With a Protocol of 3 in base, and a server that knows it, replies are RESP3,
// else RESP2; nothing depends on it.
//
// Errors that the server causes unwrap to [ErrTarget] and name the key and the
// command; the error of seq and that of ctx are returned as they are. With an
// error, the result says what had been acknowledged. Run returns when all its
// connections are closed and its goroutines have ended; it panics then with what
// one of them, or seq, has panicked with.
func Run(ctx context.Context, base *redis.Options, seq keyspace.Seq, opts Options) (Result, error) {
	r := &run{opts: opts.orDefault(), dbs: make(map[int]bool)}
	r.client = client.New(clientOptions(base, r.opts))
	defer r.client.Close()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A pipeline that waits for the server ends only with its connection.
	stop := context.AfterFunc(ctx, func() { _ = r.client.Close() })
	defer stop()

	err := r.restore(ctx, cancel, seq)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return r.result, err
}

// run is the state of one call of Run.
type run struct {
	opts   Options
	client *redis.Client
	lanes  []*lane

	// Of the goroutine that reads the sequence.
	guard *redis.Conn  // looks at the server, never writes
	dbs   map[int]bool // databases that are known to have been empty; nil: all
	keys  int          // parts of keys seen

	crash crash.First

	mu     sync.Mutex
	result Result
}

func (r *run) restore(ctx context.Context, cancel context.CancelCauseFunc, seq keyspace.Seq) error {
	r.guard = r.client.Conn()
	if err := r.checkTarget(ctx); err != nil {
		return err
	}
	evicted, err := evictedKeys(ctx, r.guard)
	if err != nil {
		return err
	}
	var lanes sync.WaitGroup
	for range r.opts.Connections {
		l := newLane(ctx, r)
		r.lanes = append(r.lanes, l)
		lanes.Go(func() {
			if err := l.serve(ctx); err != nil {
				cancel(err)
			}
		})
	}
	err = r.fill(ctx, seq)
	if err != nil {
		cancel(err)
	}
	for _, l := range r.lanes {
		close(l.todo)
	}
	lanes.Wait()
	r.crash.Repeat()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	after, err := evictedKeys(ctx, r.guard)
	r.result.Evicted = after - evicted
	return err
}

func (r *run) checkTarget(ctx context.Context) error {
	known, err := checkTarget(ctx, r.guard, r.opts)
	if known {
		r.dbs = nil
	}
	return err
}

// fill plans the keys and hands full pipelines to their lanes.
func (r *run) fill(ctx context.Context, seq keyspace.Seq) (err error) {
	defer r.crash.Keep(&err)
	for k, err := range seq {
		if err != nil {
			return err
		}
		if r.keys++; r.keys%256 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if k.ExpireAt.ExpiredAt(r.opts.AsOfMs) {
			if k.Part == 0 {
				r.note(Result{Expired: 1})
			}
			continue
		}
		if err := r.add(ctx, k); err != nil {
			return err
		}
	}
	for _, l := range r.lanes {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) add(ctx context.Context, k keyspace.Key) error {
	if r.dbs != nil && !r.dbs[k.DB] {
		if err := checkEmptyDB(ctx, r.guard, k.DB); err != nil {
			return err
		}
		r.dbs[k.DB] = true
	}
	l := r.lanes[laneOf(k, len(r.lanes))]
	l.add(k)
	if len(l.cur.cmds) >= r.opts.PipelineCommands || l.cur.bytes >= r.opts.PipelineBytes {
		return l.flush(ctx)
	}
	return nil
}

// laneOf picks one of n lanes, the same for every part of a key (FNV-1a).
func laneOf(k keyspace.Key, n int) int {
	h := uint32(2166136261) ^ uint32(k.DB)
	for i := range len(k.Name) {
		h = (h ^ uint32(k.Name[i])) * 16777619
	}
	return int(h>>8) % n
}

func (r *run) acknowledge(count Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.add(count)
	if r.opts.Progress != nil {
		r.opts.Progress(r.result.Keys)
	}
}

func (r *run) rebuilt(keys int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Rebuilt += int64(keys)
}

// note adds what needs no acknowledgement.
func (r *run) note(n Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Expired += n.Expired
	r.result.Absent += n.Absent
	r.result.Dropped += n.Dropped
}
