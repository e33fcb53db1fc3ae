package verify

import (
	"context"
	"fmt"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// judge gives a key its verdict, after its last part, and reports its differences.
func (w *worker) judge(ctx context.Context, p *item, live compare.LiveExpiry) error {
	st := p.st
	verdict := VerdictEqual
	switch {
	case st.probe != probeNone:
		if verdict = w.judgeProbe(p, live); verdict == VerdictExpired && w.run.clocks.DisputesReference(st.ExpireAt, w.reader.To) {
			w.tally.disputed.Add(st.Path())
		}
	case live.Unknown:
		verdict = st.untold()
	case live.Absent:
		verdict = w.judgeAbsent(st, p.dropped)
	default:
		if st.absent > 0 {
			w.changed(st, "a key appeared during the run")
		}
		if err := w.reader.CompareType(ctx, &st.State); err != nil {
			return err
		}
		if st.CompareExpiry(live) && !live.None && !st.Planted {
			w.tally.errorMs = max(w.tally.errorMs, live.Uncertainty())
		}
		switch {
		case len(st.Diffs) > 0:
			verdict = VerdictDifferent
		case st.Unsupported, st.Unanswered:
			verdict = st.untold()
		case st.lapsedWhole():
			verdict = VerdictExpired
		case p.dropped:
			verdict = VerdictUnrepresentable
		case st.Type == keyspace.TypeOpaque:
			verdict = VerdictOpaque
		}
	}
	for _, why := range st.Changes {
		w.changed(st, why)
	}
	if !st.Planted {
		w.disputeFields(st)
	}
	if w.run.putOff(st, verdict) {
		st.verdict = verdict
		return nil
	}
	if st.Deferred > 0 && !st.Planted {
		w.run.nameLater(st, verdict)
		verdict = "" // comes when the elements have been named
	}
	p.verdict, st.verdict = verdict, verdict
	diffs := st.Differences()
	if st.Planted {
		if st.canary != nil {
			st.canary.Reported(&st.State, diffs, st.genuine == nil || st.genuine.verdict == VerdictEqual)
		}
		return nil
	}
	if !live.Absent {
		w.tally.found(st.DB, st.until(live), w.run.startMs)
	}
	if verdict != "" {
		w.tally.judged(st, verdict)
	}
	if len(diffs) > 0 {
		w.run.report(diffs)
	}
	return nil
}

// lapsedWhole reports whether all fields of a hash have expired at the reference time.
func (st *keyState) lapsedWhole() bool {
	_, lapsed := st.lapsed.Ms()
	return lapsed && st.Want == 0
}

// until returns when the server may remove a key that is there: a hash goes with the last
// of its fields. One that has no field any more may still be counted.
func (st *keyState) until(live compare.LiveExpiry) compare.LiveExpiry {
	at, all := st.Fields.AllBy()
	if st.lapsedWhole() {
		at, all = st.lapsed, true
	}
	if ms, _ := at.Ms(); all && !live.Unknown && (live.None || ms < live.Low) {
		return compare.LiveExpiry{Low: ms, High: ms}
	}
	return live
}

// disputeFields notes where the clocks do not agree upon fields that have expired.
func (w *worker) disputeFields(st *keyState) {
	_, found := st.Fields.Lapsed.Ms()
	_, left := st.lapsed.Ms()
	if found && w.run.clocks.DisputesExpired(st.Fields.Lapsed) || left && w.run.clocks.DisputesReference(st.lapsed, w.reader.To) {
		w.tally.disputed.Add(st.Path())
	}
}

// untold returns the verdict on a key of which not everything could be read.
func (st *keyState) untold() Verdict {
	if st.Unanswered {
		return VerdictUnanswered
	}
	return VerdictUnsupported
}

// judgeAbsent judges a key that is expected and not there (V3).
func (w *worker) judgeAbsent(st *keyState, dropped bool) Verdict {
	st.Forget()
	if st.ExpireAt.ExpiredAt(w.reader.To) {
		if w.run.clocks.DisputesExpired(st.ExpireAt) {
			w.tally.disputed.Add(st.Path())
		}
		return VerdictExpired
	}
	if at, all := st.Fields.AllBy(); all && at.ExpiredAt(w.reader.To) {
		st.Fields.Lapsed = keyspace.Later(st.Fields.Lapsed, at)
		return VerdictExpired
	}
	if st.lapsedWhole() {
		return VerdictExpired
	}
	if st.Want == 0 && !compare.ExistsEmpty(st.Type) {
		if dropped { // all that it held
			return VerdictUnrepresentable
		}
		return VerdictEmpty
	}
	if st.absent < st.parts {
		w.changed(st, "a key vanished during the run")
	}
	if why := w.uncarried(st); why != "" {
		w.tally.Missing.Add(why)
		return VerdictUnsupported
	}
	st.Add(Difference{Kind: KindMissing, Path: st.Path()})
	return VerdictMissing
}

// uncarried says why a key is not there although nothing has lost it: commands could
// not write it.
func (w *worker) uncarried(st *keyState) string {
	switch {
	case st.Planted || !w.opts.ByCommands:
	case st.Type == keyspace.TypeOpaque:
		return "values of modules: commands cannot write them"
	case st.Type == keyspace.TypeArray && !w.server.Arrays:
		return "arrays: the server has none"
	}
	return ""
}

// judgeProbe judges a key that is expected to be absent.
func (w *worker) judgeProbe(p *item, live compare.LiveExpiry) Verdict {
	st := p.st
	switch {
	case st.probe == probeUnreadable:
		return VerdictUnreadable
	case live.Unknown:
		return st.untold()
	}
	detail := "the source holds it empty"
	verdict := VerdictEmpty
	if ms, _ := st.ExpireAt.Ms(); st.probe == probeExpired {
		detail = fmt.Sprintf("it expired at %d, not after the reference time %d", ms, w.opts.AsOfMs)
		verdict = VerdictExpired
	}
	if live.Absent || w.reader.IsEmpty(&p.Part) {
		return verdict
	}
	st.Add(Difference{Kind: KindExtra, Path: st.Path(), Detail: detail})
	return VerdictDifferent
}

func (t *tally) judged(st *keyState, verdict Verdict) {
	t.keys++
	t.types[st.Type].verdicts.count(verdict)
	if st.Doubt != "" {
		t.Unchecked.Add(st.Doubt)
	}
	if st.Negative > 0 {
		t.negative += st.Negative
		if len(t.negatives) < compare.MaxPerKey {
			t.negatives = append(t.negatives, KeyRef{DB: st.DB, Key: Bytes(st.Name)})
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
