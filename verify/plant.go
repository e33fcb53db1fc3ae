package verify

import (
	"context"

	"redrill/keyspace"
	"redrill/verify/internal/canary"
	"redrill/verify/internal/compare"
)

// plantCanaries compares altered expectations of keys of the batch that were
// found equal (V6), as any other keys.
func (w *worker) plantCanaries(ctx context.Context, b *batch) error {
	planted := newBatch(b.db)
	for i := range b.parts {
		p := &b.parts[i]
		if p.verdict != VerdictEqual || p.st.Planted || p.Key.Value == nil {
			continue
		}
		parts := p.kept
		if p.Key.Whole() {
			if !w.run.canaries.Wants(p.st.Type, false) {
				continue
			}
			parts = []keyspace.Key{p.Key}
		}
		if ms, expires := p.Key.ExpireAt.Ms(); len(parts) == 0 || expires && ms < w.reader.To+60_000 {
			continue
		}
		for _, m := range w.run.canaries.Draw(parts) {
			planted.plant(m, w.run.canaries, w.replanting(m, parts, 0))
			if !planted.full() {
				continue
			}
			if err := w.compareBatch(ctx, planted); err != nil {
				return err
			}
			planted.free()
			planted = newBatch(b.db)
		}
	}
	if n := len(w.missed); n > 0 && len(planted.parts) == 0 { // the next ones when this has been compared
		again := w.missed[n-1]
		w.missed = w.missed[:n-1]
		planted.plant(again.Alteration, w.run.canaries, w.replanting(again.Alteration, again.genuine, again.tries))
	}
	defer planted.free()
	if len(planted.parts) == 0 {
		return nil
	}
	return w.compareBatch(ctx, planted)
}

// replanting is a canary that is planted on a server that takes writes: with a
// witness, the key as it is, and once more when it was missed while the witness
// was equal. Somebody may have written between the two.
type replanting struct {
	compare.Alteration
	genuine []keyspace.Key
	tries   int
	missed  *[]replanting // of the worker
}

const canaryReplants = 5

// replanting returns nil unless the server takes writes.
func (w *worker) replanting(m compare.Alteration, genuine []keyspace.Key, tries int) *replanting {
	if w.run.live == nil {
		return nil
	}
	return &replanting{m, genuine, tries, &w.missed}
}

// plant adds one altered expectation, behind its witness if it has one.
func (b *batch) plant(m compare.Alteration, from *canary.Planner, again *replanting) {
	st := newKeyState(m.Parts[0])
	st.Planted, st.canary = true, from.Canary(m)
	if again != nil {
		witness := newKeyState(again.genuine[0])
		witness.Planted = true
		b.addParts(again.genuine, &witness)
		st.genuine = &witness
		if again.tries < canaryReplants {
			next := replanting{again.Alteration, again.genuine, again.tries + 1, again.missed}
			st.canary.Replant = func() { *again.missed = append(*again.missed, next) }
		}
	}
	b.addParts(m.Parts, &st)
}

func (b *batch) addParts(parts []keyspace.Key, st *keyState) {
	var at compare.Place
	for _, k := range parts {
		b.parts = append(b.parts, item{Part: compare.Part{Key: k, State: &st.State, Place: at}, st: st})
		b.bytes += partBytes(k)
		b.elements += k.Elements()
		at.Advance(k)
	}
}
