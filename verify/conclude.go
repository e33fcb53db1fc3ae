package verify

import (
	"context"
	"fmt"

	"redrill/internal/figures"
	"redrill/keyspace"
	"redrill/verify/internal/compare"
	"redrill/verify/internal/guard"
	"redrill/verify/internal/wire"
)

// conclude looks for extra keys, compares the guards, judges the canaries and
// completes the result.
func (r *run) conclude(ctx context.Context, c *wire.Connection, src keyspace.Source, total *tally) error {
	for kind, n := range src.Counted() {
		r.res.Notes[kind] += n
	}
	r.res.Extra.Keys = r.res.Kinds[KindExtra] // found by name: they are among the keys that were read
	r.res.Extra.Named = r.res.Extra.Keys
	if err := r.nameDeferred(ctx, c, total); err != nil {
		return err
	}
	if err := r.extraKeys(ctx, c, total); err != nil {
		return err
	}
	if err := r.compareFunctions(ctx, c, src, total); err != nil {
		return err
	}
	var err error
	if r.res.After, err = r.readGuard(ctx, c); err != nil {
		return err
	}
	r.fill(total)
	endMs := r.clocks.ServerMs(r.res.After)
	missing := r.res.Verdicts.Missing > 0
	if l := r.live; l != nil {
		r.res.Live = &Live{Rounds: l.rounds, Settled: l.settled, Written: guard.Writes(r.res.Before, r.res.After)}
		r.res.Invalid = append(r.res.Invalid, guard.CompareServers(r.res.Before, r.res.After, missing)...)
	} else {
		r.res.Invalid = append(r.res.Invalid, guard.Compare(r.res.Before, r.res.After, missing, total.expirable(endMs)+r.reclaimed)...)
	}
	r.judged()
	if apart := r.res.Expiry.ClockMs; apart != 0 {
		r.res.Unchecked = append(r.res.Unchecked, fmt.Sprintf(
			"clocks: the server's clock is %d ms from the local clock; which of the two is right", apart))
	}
	r.res.Invalid = append(r.res.Invalid, total.disputed.Invalid()...)
	score, missed := r.canaries.Conclude()
	r.res.Canaries, r.res.Invalid = score, append(r.res.Invalid, missed...)
	r.unchecked(total)
	return nil
}

// compareFunctions compares the function libraries of the server, which belong to no
// database.
func (r *run) compareFunctions(ctx context.Context, c *wire.Connection, src keyspace.Source, total *tally) error {
	f := compare.FunctionReader{Conn: c, Missing: total.Missing, Caught: r.canaries.Functions,
		Report: func(d Difference) { r.report([]Difference{d}) }}
	if err := f.Compare(ctx, src.Functions(), r.server.Functions); err != nil {
		return err
	}
	if f.Found != (Functions{}) {
		r.res.Functions = &f.Found
	}
	return nil
}

// readGuard asks the server about itself.
func (r *run) readGuard(ctx context.Context, c *wire.Connection) (Guard, error) {
	return guard.Read(ctx, c, r.server.Info, r.server.Time)
}

// judged makes the run invalid unless every key has one verdict (V2).
func (r *run) judged() {
	if sum := r.res.Verdicts.Sum(); sum != r.res.Keys {
		r.invalid("%d keys of the source have %d verdicts", r.res.Keys, sum)
	}
}

// fill moves the counts into the result.
func (r *run) fill(total *tally) {
	for i, typ := range keyspace.Types {
		t := total.types[i]
		if t.verdicts.Sum() == 0 && t.keys == 0 {
			continue
		}
		tr := r.typeResult(typ.String())
		tr.Keys, tr.Elements, tr.Verdicts = t.keys, t.elements, t.verdicts
	}
	r.res.Verdicts = total.verdictSum()
	r.res.NegativeZero, r.res.NegativeZeros = total.negative, total.negatives
	r.res.Unanswered = total.Unanswered
	r.res.Expiry.ErrorMs = total.errorMs
	r.res.Invalid = append(r.res.Invalid, total.Invalid.Sorted()...)
}

func (r *run) typeResult(name string) *TypeResult {
	t := r.res.Types[name]
	if t == nil {
		t = &TypeResult{Kinds: map[Kind]int64{}}
		r.res.Types[name] = t
	}
	return t
}

// extraKeys proves by arithmetic that no database holds a key too many, and
// names those keys where one does.
func (r *run) extraKeys(ctx context.Context, c *wire.Connection, total *tally) error {
	if r.opts.NoScan || !r.server.DBSize && r.res.Before.Databases == nil {
		return nil
	}
	if r.live != nil {
		return r.liveExtraKeys(ctx, c, total)
	}
	n, err := r.countKeys(ctx, c, total)
	if err != nil {
		return err
	}
	r.res.Extra.Checked = true
	if len(n.suspects) == 0 {
		return nil
	}
	return r.findExtraKeys(ctx, c, total, n)
}

// keyCount is what the sizes of all databases tell.
type keyCount struct {
	sizes    map[int]int64
	suspects map[int]bool // databases that may hold a key too many
	surplus  int64        // at least so many they do hold
}

// countKeys compares the size of every database with the keys that were found
// there.
func (r *run) countKeys(ctx context.Context, c *wire.Connection, total *tally) (keyCount, error) {
	sizes, endMs, err := r.databaseSizes(ctx, c, total)
	if err != nil {
		return keyCount{}, err
	}
	n := keyCount{sizes: sizes, suspects: map[int]bool{}}
	for db, size := range sizes {
		sure, may := int64(0), int64(0)
		if p := total.presence[db]; p != nil {
			sure, may = p.bounds(r.startMs, endMs)
		}
		low, high := surplusKeys(size, sure, may)
		r.canaries.Arithmetic(surplusKeys, size, sure, may)
		if high < 0 {
			r.invalid("database %d holds %d keys, fewer than the %d that were read", db, size, sure)
		}
		if high > 0 {
			n.suspects[db] = true
			n.surplus += max(0, low)
		}
	}
	return n, nil
}

// surplusKeys returns how many keys more than those found a database of size
// keys holds: at least low, at most high. Of the keys found, sure must be there
// and may can have expired.
func surplusKeys(size, sure, may int64) (low, high int64) {
	return size - sure - may, size - sure
}

// findExtraKeys names the keys too many, where the server can enumerate its
// keys, and counts the others. A server counts keys, too, that have expired and
// are not yet removed. It removes them when they are enumerated, so that what is
// counted afterwards is there.
func (r *run) findExtraKeys(ctx context.Context, c *wire.Connection, total *tally, n keyCount) error {
	surplus := n.surplus
	if r.server.Scan {
		named, err := r.nameExtraKeys(ctx, c, n.suspects, n.sizes)
		if err != nil {
			return err
		}
		again, err := r.countKeys(ctx, c, total)
		if err != nil {
			return err
		}
		for db, size := range n.sizes {
			r.reclaimed += max(0, size-again.sizes[db])
		}
		r.res.Extra.Named += named
		r.res.Extra.Keys += named
		surplus = again.surplus - named
	}
	if surplus > 0 {
		r.res.Extra.Keys += surplus
		r.report([]Difference{{Kind: KindExtra, Path: "keys", Count: surplus,
			Detail: fmt.Sprintf("%d keys more than expected, not named", surplus)}})
	}
	return nil
}

// databaseSizes returns the number of keys of every database, and the server's
// time when they were counted.
func (r *run) databaseSizes(ctx context.Context, c *wire.Connection, total *tally) (sizes map[int]int64, endMs int64, err error) {
	var g Guard
	if r.res.Before.Databases != nil {
		if g, err = r.readGuard(ctx, c); err != nil {
			return nil, 0, err
		}
		if sizes = g.Databases; sizes == nil {
			return nil, 0, fmt.Errorf("%w: INFO no longer lists the databases", ErrTarget)
		}
	} else {
		var complete bool
		if sizes, complete, err = guard.Sizes(ctx, r.base, r.server.Databases); err != nil {
			return nil, 0, err
		}
		r.res.Extra.Partly = !complete && !r.opts.Embedded // nobody else writes to that
	}
	for db := range total.presence {
		sizes[db] += 0
	}
	return sizes, r.clocks.ServerMs(g), nil
}

// expirable returns how many keys of the source the server can have expired
// during the run.
func (t *tally) expirable(endMs int64) int64 {
	n := t.verdictSum().Expired
	for _, p := range t.presence {
		_, may := p.bounds(0, endMs)
		n += may - p.unknown
	}
	return n
}

// unchecked lists what the server gave no way to check (V5).
func (r *run) unchecked(total *tally) {
	r.res.Unchecked = append(r.res.Unchecked, total.Missing.Sorted()...)
	r.promise()
	if !r.server.PExpireTime && !r.opts.FrozenClock && r.res.Expiry.ErrorMs > 0 {
		r.res.Unchecked = append(r.res.Unchecked, fmt.Sprintf("expire times: compared within %d ms", r.res.Expiry.ErrorMs))
	}
	present := func(t keyspace.Type) bool { return total.types[t].verdicts.Sum() > 0 }
	r.res.Unchecked = append(r.res.Unchecked, r.server.Unchecked(present)...)
	if n := total.WithinMs; n > 0 {
		r.res.Unchecked = append(r.res.Unchecked, fmt.Sprintf("streams: times of consumers and pending entries: compared within %d ms", n))
	}
	r.res.Unchecked = append(r.res.Unchecked, total.Unchecked.Sorted()...)
	r.res.Unchecked = append(r.res.Unchecked, total.Left.Sorted()...)
	if n := r.res.Verdicts.Opaque; n > 0 {
		r.res.Unchecked = append(r.res.Unchecked, fmt.Sprintf("values of modules: content (%s)", figures.Count(n, "key")))
	}
}
