package verify

import (
	"context"

	"redrill/verify/internal/wire"
)

// Live is the outcome of a run against a server that may take writes.
type Live struct {
	Rounds  int    `json:"rounds"`            // in which keys that differed were read again, at most
	Settled int64  `json:"settled"`           // keys that differed at first and did not later
	Written string `json:"written,omitempty"` // what tells that the server was written to, for people
}

// rereading reads keys that differ again, in rounds: on a server that takes
// writes a key may be halfway there, or gone for a moment. What settles is
// equal; what does not is a difference.
type rereading struct {
	rounds, round int      // the first reading is round 0
	pending       *nameSet // keys that differ in this round
	full          bool     // there are more of them than can be remembered
	settled       int64
	names         []extraName // keys that the source does not hold
}

// extraName is a key that the source does not hold.
type extraName struct {
	db   int
	name string
}

const (
	livePending = nameTable
	liveNames   = 1 << 20
	liveAsked   = 512 // names in one round trip
)

// putOff reports whether the verdict on a key waits for the next round.
func (r *run) putOff(st *keyState, verdict Verdict) bool {
	l := r.live
	if l == nil || st.Planted {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case verdict != VerdictDifferent && verdict != VerdictMissing && st.Deferred == 0 && !st.changed:
		if l.round > 0 {
			l.settled++
		}
		return false
	case l.round == l.rounds:
		return false
	case l.pending.n >= livePending:
		l.full = true
		return false
	}
	l.pending.add(nameHash(r.opts.Seed, st.DB, st.Name))
	return true
}

// changed notes that a key changed while it was read. It is read again where
// there is another round, else the run is invalid.
func (w *worker) changed(st *keyState, why string) {
	if l := w.run.live; l != nil && (st.Planted || l.round < l.rounds) {
		st.changed = true
		return
	}
	w.tally.Invalid.Add(why)
}

// settle reads the keys that differ again, and adds what becomes of them.
func (r *run) settle(ctx context.Context, cancel context.CancelCauseFunc, total *tally) error {
	l := r.live
	for l.round = 1; l.round <= l.rounds && l.pending.n > 0; l.round++ {
		if err := wire.Wait(ctx, r.opts.Pause); err != nil {
			return err
		}
		src, err := r.open()
		if err != nil {
			return err
		}
		only := l.pending
		l.pending = newNameSet(0)
		_, counts, err := r.pass(ctx, cancel, src, only)
		if err != nil {
			return err
		}
		total.merge(counts)
	}
	if l.full {
		r.invalid("more than %d keys differ: not all of them could be read again", livePending)
	}
	return nil
}

// liveExtraKeys names the keys that the source does not hold and that stay. How
// many keys a database holds says nothing while it is written to, so that no
// arithmetic takes the place of names.
func (r *run) liveExtraKeys(ctx context.Context, c *wire.Connection, total *tally) error {
	if !r.server.Scan {
		return nil
	}
	sizes, _, err := r.databaseSizes(ctx, c, total)
	if err != nil {
		return err
	}
	r.res.Extra.Checked = true
	databases := map[int]bool{}
	for db := range sizes {
		databases[db] = true
	}
	named, err := r.nameExtraKeys(ctx, c, databases, sizes)
	if err != nil {
		return err
	}
	l := r.live
	for round := 0; round < l.rounds && len(l.names) > 0; round++ {
		if err := wire.Wait(ctx, r.opts.Pause); err != nil {
			return err
		}
		seen := len(l.names)
		if l.names, err = existing(ctx, c, l.names); err != nil {
			return err
		}
		gone := int64(seen - len(l.names))
		named -= gone
		l.settled += gone
	}
	r.res.Extra.Keys += named
	r.res.Extra.Named += named
	for _, e := range l.names {
		r.reportExtra(ctx, c, e.db, e.name)
	}
	return nil
}

// existing returns those of the names that are there.
func existing(ctx context.Context, c *wire.Connection, names []extraName) (there []extraName, err error) {
	var q wire.Round
	for i := 0; i < len(names); {
		q.Reset()
		db := names[i].db
		first := i
		for ; i < len(names) && names[i].db == db && i-first < liveAsked; i++ {
			q.Add(0, "EXISTS", &names[i].name)
		}
		if err := q.Exec(ctx, c, db); err != nil {
			return nil, err
		}
		for k := first; k < i; k++ {
			got := q.Reply(wire.Slot(k - first))
			if n, ok := got.Integer(); !ok || n > 0 {
				there = append(there, names[k])
			}
		}
	}
	return there, nil
}
