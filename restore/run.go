package restore

import (
	"context"
	"errors"
	"fmt"
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
	r := newRun(base, opts)
	defer r.client.Close()

	outer := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A pipeline that waits for the server ends only with its connection.
	stop := context.AfterFunc(ctx, func() { _ = r.client.Close() })
	defer stop()

	err := r.restore(ctx, cancel, seq)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		err = r.abandon(outer, base, err)
	}
	r.result.NotCarried = r.losses.list()
	return r.result, err
}

// CheckTarget looks whether [Run] with the same options would start: the server
// that base describes answers, no other run has its marker there, and it holds no
// key unless opts accept some. It changes nothing. Its errors are those of Run,
// which looks again: a command that reads its keys for an hour should not learn
// after that hour that the target is not empty.
func CheckTarget(ctx context.Context, base *redis.Options, opts Options) error {
	r := newRun(base, opts)
	defer r.client.Close()
	stop := context.AfterFunc(ctx, func() { _ = r.client.Close() })
	defer stop()
	err := r.control.ask(ctx, func(conn *redis.Conn) error { return r.look(ctx, conn) })
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func newRun(base *redis.Options, opts Options) *run {
	r := &run{opts: opts.orDefault(), dbs: make(map[int]bool), foreigns: make(map[keyRef]bool), losses: losses{}, libraries: libraries(opts.Functions)}
	r.client = client.New(clientOptions(base, r.opts))
	r.control = &control{client: r.client}
	return r
}

// run is the state of one call of Run.
type run struct {
	opts    Options
	client  *redis.Client
	control *control
	lanes   []*lane
	marked  bool // the marker is on the server

	// Of the goroutine that reads the sequence.
	dbs  map[int]bool // databases that are known to have been empty; nil: all
	keys int          // parts of keys seen
	// losses is what the planners could not carry.
	losses    losses
	libraries []library

	clock   serverClock
	evicted int64 // keys, before the run

	crash crash.First

	mu       sync.Mutex
	result   Result
	foreigns map[keyRef]bool // keys that hold what others wrote; at most one for each lane
}

type keyRef struct {
	db   int
	name string
}

func (r *run) restore(ctx context.Context, cancel context.CancelCauseFunc, seq keyspace.Seq) error {
	err := r.control.ask(ctx, func(conn *redis.Conn) (err error) {
		if err := r.prepare(ctx, conn); err != nil {
			return err
		}
		r.evicted, err = evictedKeys(ctx, conn)
		return err
	})
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	var keeper sync.WaitGroup
	if r.marked {
		keeper.Go(func() { r.keepMarker(ctx, cancel, stop) })
	}
	if err = r.loadFunctions(ctx); err == nil {
		err = r.write(ctx, cancel, seq)
	}
	close(stop)
	keeper.Wait()
	r.crash.Repeat()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	err = r.control.ask(ctx, func(conn *redis.Conn) (err error) {
		r.result.Evicted, err = r.evictedSince(ctx, conn)
		return err
	})
	if err == nil && r.opts.Written != nil {
		err = r.opts.Written(ctx)
	}
	if err != nil || !r.marked {
		return err
	}
	r.result.Info, err = r.dropMarker(ctx, r.control)
	if errors.Is(err, errMarkerLost) && r.result.Evicted > 0 {
		return nil // the marker may be among them, and the run is no proof anyway
	}
	return err
}

// evictedSince returns how many keys the server has evicted since the run began.
func (r *run) evictedSince(ctx context.Context, conn *redis.Conn) (int64, error) {
	n, err := evictedKeys(ctx, conn)
	return n - r.evicted, err
}

// prepare refuses what cannot end well, and takes the marker. It may be called
// again when the connection broke; only the marker is written.
func (r *run) prepare(ctx context.Context, conn *redis.Conn) error {
	if err := r.look(ctx, conn); err != nil {
		return err
	}
	if n := r.opts.Needs; n != nil {
		server, err := probe(ctx, conn, n, r.opts.Server, r.opts)
		if err != nil {
			return err
		}
		r.opts.Server = server
	} else if r.opts.Server.NoPExpireAt && r.opts.Now == nil {
		return fmt.Errorf("%w: %w: PEXPIREAT is missing, and there is no clock for PEXPIRE", ErrTarget, ErrLacks)
	}
	if err := r.readClock(ctx, conn); err != nil {
		return err
	}
	if r.opts.RunID == "" {
		return nil
	}
	// Setting a marker would spoil the proof of a run that has come and gone
	// meanwhile: it looks whether anybody wrote.
	if err := r.look(ctx, conn); err != nil {
		return err
	}
	if err := r.takeMarker(ctx, conn); err != nil {
		return err
	}
	return r.checkTarget(ctx, conn)
}

// look returns why the target may not be written to as it is.
func (r *run) look(ctx context.Context, conn *redis.Conn) error {
	if err := r.lookForMarker(ctx, conn); err != nil {
		return err
	}
	return r.checkTarget(ctx, conn)
}

// write fills the lanes and waits for them.
func (r *run) write(ctx context.Context, cancel context.CancelCauseFunc, seq keyspace.Seq) error {
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
	err := r.fill(ctx, seq)
	if err != nil {
		cancel(err)
	}
	for _, l := range r.lanes {
		close(l.todo)
	}
	lanes.Wait()
	return err
}

// checkTarget makes sure that the target is empty but for the marker.
func (r *run) checkTarget(ctx context.Context, conn *redis.Conn) error {
	if !r.opts.Replace {
		if err := r.checkFunctions(ctx, conn); err != nil {
			return err
		}
	}
	if r.opts.Replace || r.opts.NoScan {
		r.dbs = nil
		return nil
	}
	known, err := checkEmpty(ctx, conn, r.own)
	if known {
		r.dbs = nil
	}
	return err
}

// own returns how many keys of a database are of the run itself before it writes
// its first.
func (r *run) own(db int) int64 {
	if r.marked && db == 0 {
		return 1
	}
	return 0
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
		err := r.control.ask(ctx, func(conn *redis.Conn) error { return checkEmptyDB(ctx, conn, k.DB, r.own(k.DB)) })
		if err != nil {
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

// foreign notes that a key holds what this run has not written.
func (r *run) foreign(db int, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.foreigns[keyRef{db, name}] = true
}

func (r *run) isForeign(db int, name string) bool { return r.foreigns[keyRef{db, name}] }

// note adds what needs no acknowledgement.
func (r *run) note(n Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Expired += n.Expired
	r.result.Absent += n.Absent
	r.result.Dropped += n.Dropped
	r.result.ExpiredFields += n.ExpiredFields
}
