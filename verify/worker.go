package verify

import (
	"context"
	"fmt"

	"redrill/keyspace"
	"redrill/verify/internal/canary"
	"redrill/verify/internal/compare"
	"redrill/verify/internal/wire"
)

// worker reads and compares batches on a connection of its own.
type worker struct {
	run    *run
	opts   Options
	server Server
	reader *compare.Reader
	conn   *wire.Connection
	own    chan *batch // parts of large keys, which stay on one connection
	tally  *tally
	missed []replanting // canaries to plant once more
}

func newWorker(r *run) *worker {
	w := &worker{run: r, opts: r.opts, server: r.server, conn: wire.NewConnection(r.base),
		own: make(chan *batch, 2), tally: newTally()}
	w.reader = compare.NewReader(w.conn, r.server, r.opts.FrozenClock, r.clocks.UntoldMs, &w.tally.Findings)
	return w
}

// item is an expected part of a key in a batch.
type item struct {
	compare.Part
	st      *keyState
	own     keyState       // of a key in one part, to spare an allocation
	verdict Verdict        // of the key, with its last part
	kept    []keyspace.Key // with the last of several parts: all of them, to plant canaries in
	dropped bool           // the last part: something of the key cannot be held by any Redis
	// Of a hash: the latest expire time of its fields that have expired at the reference
	// time and are not among those of the part.
	lapsed keyspace.ExpireAt
}

// of says which key the part is of.
func (p *item) of(st *keyState) { p.st, p.State = st, &st.State }

// keyState is what is known about a key until it is judged.
type keyState struct {
	compare.State
	probe   probe
	parts   int
	absent  int               // parts at which the key did not exist
	changed bool              // while it was read: it is to be read again
	lapsed  keyspace.ExpireAt // of all parts so far, see [item]
	verdict Verdict           // after the last part

	canary  *canary.Canary // what has to be reported of it; nil for a key of the source, and for a witness
	genuine *keyState      // of a canary: the key that it accompanies, or its witness
}

// probe says what is expected of a name that is not expected to hold a value.
type probe uint8

const (
	probeNone       probe = iota
	probeExpired          // expired at the reference time: absent
	probeEmpty            // exists but is empty in the source: absent
	probeUnreadable       // could not be decoded: anything
	probeElsewhere        // in a database that the server does not have
)

// loop compares batches until both channels are closed.
func (w *worker) loop(ctx context.Context) (err error) {
	defer w.run.crash.Keep(&err)
	shared, own := w.run.shared, w.own
	for shared != nil || own != nil {
		var b *batch
		var ok bool
		select {
		case b, ok = <-own:
			if !ok {
				own = nil
			}
		case b, ok = <-shared:
			if !ok {
				shared = nil
			}
		case <-ctx.Done():
			return nil
		}
		if !ok {
			continue
		}
		if err := w.compareBatch(ctx, b); err != nil {
			return err
		}
		b.free()
	}
	return nil
}

// compareBatch reads the live counterparts of a batch in one round trip and
// compares them.
func (w *worker) compareBatch(ctx context.Context, b *batch) error {
	if err := w.reader.Read(ctx, b.db, b.there()); err != nil {
		return err
	}
	done := int64(0)
	for i := range b.parts {
		if err := w.compare(ctx, &b.parts[i]); err != nil {
			return err
		}
		if !b.parts[i].Key.More && !b.parts[i].st.Planted {
			done++
		}
	}
	w.run.progress(done)
	return w.plantCanaries(ctx, b)
}

// compare compares a part with its replies, and with the last part judges the key.
func (w *worker) compare(ctx context.Context, p *item) error {
	st := p.st
	if st.probe == probeElsewhere {
		w.tally.Missing.Add(fmt.Sprintf("%s: the server has only one database", st.Type))
		w.tally.judged(st, VerdictUnsupported)
		return nil
	}
	live := w.reader.Live(&p.Part)
	st.parts++
	st.lapsed = keyspace.Later(st.lapsed, p.lapsed)
	if p.Key.Value != nil && !live.Unknown {
		if live.Absent {
			st.absent++
		}
		if err := w.reader.Compare(ctx, &p.Part, live.Absent); err != nil {
			return err
		}
	}
	if p.Key.More {
		return nil
	}
	return w.judge(ctx, p, live)
}
