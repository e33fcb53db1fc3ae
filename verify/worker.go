package verify

import (
	"context"
	"fmt"
	"strings"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// worker reads and compares batches on a connection of its own.
type worker struct {
	run    *run
	opts   Options
	server Server
	conn   *wire.Connection
	own    chan *batch // parts of large keys, which stay on one connection
	tally  *tally
	missed []replanting // canaries to plant once more

	round    wire.Round // of the batch
	aux      wire.Round // of follow-up questions about one key
	followed bool       // a follow-up question about the part was asked
	from     int64      // the server's time before and after the round trip, Unix ms;
	to       int64      // 0 when it cannot be told
}

func newWorker(r *run) *worker {
	return &worker{run: r, opts: r.opts, server: r.server, conn: wire.NewConnection(r.base),
		own: make(chan *batch, 2), tally: newTally()}
}

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
	r := &w.round
	r.Reset()
	before, after := wire.None, wire.None
	timed := w.server.Time && !w.opts.FrozenClock
	if timed {
		before = r.Add(0, "TIME")
	}
	shared := w.planShared(r, b)
	for i := range b.parts {
		w.plan(r, &b.parts[i])
	}
	if timed {
		after = r.Add(0, "TIME")
	}
	w.from = w.run.clocks.UntoldMs()
	if err := r.Exec(ctx, w.conn, b.db); err != nil {
		return err
	}
	w.to = w.run.clocks.UntoldMs()
	if timed {
		if err := w.readClock(before, after); err != nil {
			return err
		}
	}
	w.readShared(b, shared)
	done := int64(0)
	for i := range b.parts {
		if err := w.compare(ctx, &b.parts[i]); err != nil {
			return err
		}
		if !b.parts[i].key.More && b.parts[i].st.canary == nil {
			done++
		}
	}
	w.run.progress(done)
	return w.plantCanaries(ctx, b)
}

func (w *worker) readClock(before, after wire.Slot) error {
	first, last := w.round.Reply(before), w.round.Reply(after)
	from, ok1 := first.Time()
	to, ok2 := last.Time()
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: %s", ErrTarget, w.round.Said(after))
	}
	if to < from {
		w.tally.invalid.add(fmt.Sprintf("the clock of the server went back by %d ms", from-to))
	}
	w.from, w.to = from, to
	return nil
}

// planShared asks for the whole small strings of the batch together.
func (w *worker) planShared(r *wire.Round, b *batch) wire.Slot {
	if !w.server.MGet {
		return wire.None
	}
	n, limit := 0, 0
	for i := range b.parts {
		p := &b.parts[i]
		v, ok := p.key.Value.(keyspace.String)
		if !ok || !p.key.Whole() || len(v) > sharedGet || p.st.probe != probeNone {
			continue
		}
		if n == 0 {
			r.Begin("MGET")
		}
		p.shared = true
		r.Arg(&p.st.name)
		limit += len(v) + wire.PerBulk
		n++
	}
	if n == 0 {
		return wire.None
	}
	return r.End(limit)
}

// readShared hands the values of the shared reply to their parts. A part whose
// value was cut off is left without one and reads it alone.
func (w *worker) readShared(b *batch, s wire.Slot) {
	if s == wire.None {
		return
	}
	got := w.round.Reply(s)
	_, ok := got.Array()
	for i := range b.parts {
		p := &b.parts[i]
		if !p.shared || !ok {
			continue
		}
		var value wire.Bulk
		want, _ := p.key.Value.(keyspace.String)
		if value, ok = got.Bulk(); ok && !value.Undecided(string(want)) {
			p.got, p.hasGot = value, true
		}
	}
}

// plan adds the requests that read the live counterpart of a part.
func (w *worker) plan(r *wire.Round, p *part) {
	p.content, p.length, p.encoding, p.info = wire.None, wire.None, wire.None, wire.None
	switch {
	case p.st.probe == probeElsewhere:
		return
	case p.st.probe == probeEmpty && w.server.KeepsEmpty:
		w.planEmpty(r, p)
	case p.st.probe == probeNone && !p.shared && w.server.needsWhole(p.st.typ):
		w.planWhole(r, p)
	case p.st.probe == probeNone && !p.shared:
		w.planContent(r, p)
	}
	p.expiry = w.planExpiry(r, p)
}

func (w *worker) planContent(r *wire.Round, p *part) {
	switch v := p.key.Value.(type) {
	case keyspace.String:
		w.planString(r, p, v)
	case keyspace.Hash:
		w.planHash(r, p, v)
	case keyspace.List:
		w.planList(r, p, v)
	case keyspace.Set:
		w.planSet(r, p, v)
	case keyspace.ZSet:
		w.planZSet(r, p, v)
	case keyspace.Stream:
		w.planStream(r, p, v)
	case keyspace.HyperLogLog:
		w.planHyperLogLog(r, p, v)
	}
}

// compare compares a part with its replies, and with the last part judges the key.
func (w *worker) compare(ctx context.Context, p *part) error {
	st := p.st
	if st.probe == probeElsewhere {
		w.unsupported(st, fmt.Sprintf("%s: the server has only one database", st.typ))
		w.tally.judged(st, VerdictUnsupported)
		return nil
	}
	live := w.readLive(p)
	st.parts++
	if p.key.Value != nil && !live.unknown {
		w.expect(p)
		if live.absent {
			st.absent++
		} else if err := w.compareContent(ctx, p); err != nil {
			return err
		}
	}
	if p.key.More {
		return nil
	}
	return w.judge(ctx, p, live)
}

// expect adds the part to what is expected of the whole key.
func (w *worker) expect(p *part) {
	st := p.st
	st.want += int64(p.key.Value.Len())
	switch v := p.key.Value.(type) {
	case keyspace.Stream:
		if n := len(v.Entries); n > 0 {
			st.lastID = v.Entries[n-1].ID
		}
	case keyspace.HyperLogLog:
		collectRegisters(st, v)
	case keyspace.String, keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet:
	}
}

// refused looks for error replies about the key among the requests of a part.
func (w *worker) refused(p *part) bool {
	for _, s := range [...]wire.Slot{p.content, p.length, p.encoding, p.info} {
		if s == wire.None {
			continue
		}
		if w.refusal(p.st, &w.round, s) {
			return true
		}
	}
	return false
}

// refusal looks for an error reply about a key: it has another type, the server
// lacks the command, or it cannot read the key.
func (w *worker) refusal(st *keyState, r *wire.Round, s wire.Slot) bool {
	text, failed := r.Reply(s).Failure()
	switch {
	case !failed:
	case strings.HasPrefix(text, wire.WrongType):
		st.wrongType = true
	case wire.LacksCommand(text):
		w.unsupported(st, r.Said(s))
	default:
		w.unanswered(st, r, s)
	}
	return failed
}

// unanswered marks a key as unreadable on the target because of what the server
// answered to a request.
func (w *worker) unanswered(st *keyState, r *wire.Round, s wire.Slot) {
	why := r.Said(s)
	switch {
	case st.canary != nil:
		w.tally.unchecked.add("canaries: " + why)
	case !st.unanswered && len(w.tally.unanswered) < maxUnanswered:
		w.tally.unanswered = append(w.tally.unanswered, Unanswered{
			KeyRef: KeyRef{DB: st.db, Key: Bytes(st.name)}, Type: st.typ.String(), Why: why})
	}
	st.unanswered = true
}

// unsupported marks a key that the server cannot show, and says why.
func (w *worker) unsupported(st *keyState, why string) {
	st.unsupported = true
	if st.canary != nil {
		why = "canaries: " + why
	}
	w.tally.missing.add(why)
}

// readLive reads the expire time of a key, and with it whether it exists.
func (w *worker) readLive(p *part) liveExpiry {
	live, ok := w.readExpiry(&w.round, p.expiry)
	if ok {
		return live
	}
	if !w.refusal(p.st, &w.round, p.expiry.ttl) {
		w.unanswered(p.st, &w.round, p.expiry.ttl)
	}
	return liveExpiry{unknown: true}
}
