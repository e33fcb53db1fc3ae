package verify

import (
	"context"
	"errors"
	"fmt"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// judge gives a key its verdict, after its last part, and reports its differences.
func (w *worker) judge(ctx context.Context, p *part, live liveExpiry) error {
	st := p.st
	verdict := VerdictEqual
	switch {
	case st.probe != probeNone:
		if verdict = w.judgeProbe(p, live); verdict == VerdictExpired && w.run.clocks.DisputesReference(st.expireAt, w.to) {
			w.tally.disputed.Add(st.path())
		}
	case live.unknown:
		verdict = st.untold()
	case live.absent:
		verdict = w.judgeAbsent(st, p.dropped)
	default:
		if st.absent > 0 {
			w.changed(st, "a key appeared during the run")
		}
		if st.wrongType || st.nothingFound() {
			if err := w.typeDifference(ctx, st); err != nil {
				return err
			}
		}
		if compareExpiry(st, live) && !live.none && st.canary == nil {
			w.tally.errorMs = max(w.tally.errorMs, live.uncertainty())
		}
		switch {
		case len(st.diffs) > 0:
			verdict = VerdictDifferent
		case st.unsupported, st.unanswered:
			verdict = st.untold()
		case p.dropped:
			verdict = VerdictUnrepresentable
		}
	}
	if w.run.putOff(st, verdict) {
		st.verdict = verdict
		return nil
	}
	if st.deferred > 0 && st.canary == nil {
		w.run.nameLater(st, verdict)
		verdict = "" // comes when the elements have been named
	}
	p.verdict, st.verdict = verdict, verdict
	diffs := st.differences()
	if st.canary != nil {
		st.canary.reported(st, diffs)
		return nil
	}
	if !live.absent {
		w.tally.found(st.db, live, w.run.startMs)
	}
	if verdict != "" {
		w.tally.judged(st, verdict)
	}
	if len(diffs) > 0 {
		w.run.report(diffs)
	}
	return nil
}

// untold returns the verdict on a key of which not everything could be read.
func (st *keyState) untold() Verdict {
	if st.unanswered {
		return VerdictUnanswered
	}
	return VerdictUnsupported
}

// judgeAbsent judges a key that is expected and not there (V3).
func (w *worker) judgeAbsent(st *keyState, dropped bool) Verdict {
	st.diffs, st.more, st.negative, st.zeroUnknown = nil, 0, 0, false
	if st.expireAt.ExpiredAt(w.to) {
		if w.run.clocks.DisputesExpired(st.expireAt) {
			w.tally.disputed.Add(st.path())
		}
		return VerdictExpired
	}
	if st.want == 0 && !existsEmpty(st.typ) {
		if dropped { // all that it held
			return VerdictUnrepresentable
		}
		return VerdictEmpty
	}
	if st.absent < st.parts {
		w.changed(st, "a key vanished during the run")
	}
	st.add(Difference{Kind: KindMissing, Path: st.path()})
	return VerdictMissing
}

// existsEmpty reports whether a Redis keeps a key of the type without elements.
func existsEmpty(typ keyspace.Type) bool {
	switch typ {
	case keyspace.TypeString, keyspace.TypeStream, keyspace.TypeHyperLogLog:
		return true
	case keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet:
	}
	return false
}

// judgeProbe judges a key that is expected to be absent.
func (w *worker) judgeProbe(p *part, live liveExpiry) Verdict {
	st := p.st
	switch {
	case st.probe == probeUnreadable:
		return VerdictUnreadable
	case live.unknown:
		return st.untold()
	}
	detail := "the source holds it empty"
	verdict := VerdictEmpty
	if ms, _ := st.expireAt.Ms(); st.probe == probeExpired {
		detail = fmt.Sprintf("it expired at %d, not after the reference time %d", ms, w.opts.AsOfMs)
		verdict = VerdictExpired
	}
	if live.absent {
		return verdict
	}
	if p.length != wire.None {
		if n, ok := w.lengthOf(p); ok && n == 0 {
			return verdict
		}
	}
	st.add(Difference{Kind: KindExtra, Path: st.path(), Detail: detail})
	return VerdictDifferent
}

// nothingFound reports whether the key is there and nothing of it was found:
// not every server refuses to show a key as another type than it has.
func (st *keyState) nothingFound() bool {
	return len(st.diffs) > 0 && st.present == 0 && st.want > 0 && st.typ != keyspace.TypeString
}

// isType reports whether a server that says live may mean the type.
func isType(live string, t keyspace.Type) bool {
	return live == t.String() || t == keyspace.TypeHyperLogLog && (live == "string" || live == "hll")
}

// typeDifference asks which type the key has. Where it is the expected one,
// although the server refused to show it as such, it has changed meanwhile.
func (w *worker) typeDifference(ctx context.Context, st *keyState) error {
	got, err := w.ask(ctx, st, func(r *wire.Round) wire.Slot { return r.Add(0, "TYPE", &st.name) })
	if errors.Is(err, errRefused) {
		return nil
	}
	if err != nil {
		return err
	}
	name, ok := got.Bulk()
	if !ok {
		w.unanswered(st, &w.aux, 0)
		return nil
	}
	want := st.typ.String()
	live := string(name.B)
	if !st.wrongType && isType(live, st.typ) {
		return nil
	}
	switch {
	case live == want && w.server.ExactPFCount: // GET shows nothing of a HyperLogLog there
		live = "hyperloglog"
	case live == want, live == "none":
		w.changed(st, "a key changed its type during the run")
	}
	st.diffs, st.more = nil, 0
	st.add(Difference{Kind: KindType, Path: st.path() + "/type", Want: want, Got: live})
	return nil
}

func (t *tally) judged(st *keyState, verdict Verdict) {
	t.keys++
	t.types[st.typ].verdicts.count(verdict)
	if st.zeroUnknown {
		t.unchecked.add(uncheckedZero)
	}
	if st.negative > 0 {
		t.negative += st.negative
		if len(t.negatives) < maxPerKey {
			t.negatives = append(t.negatives, KeyRef{DB: st.db, Key: Bytes(st.name)})
		}
	}
}

// verdictSum returns how many keys have a verdict.
func (t *tally) verdictSum() (v Verdicts) {
	for i := range keyspace.Types {
		v.merge(t.types[i].verdicts)
	}
	return v
}
