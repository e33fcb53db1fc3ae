package verify

import (
	"context"
	"fmt"

	"redrill/keyspace"
)

// judge gives a key its verdict, after its last part, and reports its differences.
func (w *worker) judge(ctx context.Context, p *item, live liveExpiry) error {
	st := p.st
	verdict := VerdictEqual
	switch {
	case st.probe != probeNone:
		if verdict = w.judgeProbe(p, live); verdict == VerdictExpired && w.run.clocks.DisputesReference(st.expireAt, w.reader.to) {
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
		if err := w.reader.compareType(ctx, &st.state); err != nil {
			return err
		}
		if compareExpiry(&st.state, live) && !live.none && st.canary == nil {
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
	for _, why := range st.changes {
		w.changed(st, why)
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
	st.forget()
	if st.expireAt.ExpiredAt(w.reader.to) {
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

// judgeProbe judges a key that is expected to be absent.
func (w *worker) judgeProbe(p *item, live liveExpiry) Verdict {
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
	if live.absent || w.reader.isEmpty(&p.part) {
		return verdict
	}
	st.add(Difference{Kind: KindExtra, Path: st.path(), Detail: detail})
	return VerdictDifferent
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
