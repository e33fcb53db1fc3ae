package verify

import (
	"context"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// plantCanaries compares altered expectations of keys of the batch that were
// found equal (V6), as any other keys.
func (w *worker) plantCanaries(ctx context.Context, b *batch) error {
	planted := newBatch(b.db)
	for i := range b.parts {
		p := &b.parts[i]
		if p.verdict != VerdictEqual && p.verdict != VerdictOpaque || p.st.Planted || p.Key.Value == nil {
			continue
		}
		parts := p.kept
		if p.Key.Whole() {
			if !w.run.canaries.Wants(p.st.Type, false) {
				continue
			}
			parts = []keyspace.Key{p.Key}
		}
		if len(parts) == 0 || expiresBefore(parts, w.reader.To+60_000) {
			continue
		}
		for _, m := range w.run.canaries.Draw(parts) {
			w.plant(planted, m, parts, 0)
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
		w.plant(planted, again.Alteration, again.genuine, again.tries)
	}
	defer planted.free()
	if len(planted.parts) == 0 {
		return nil
	}
	return w.compareBatch(ctx, planted)
}

// expiresBefore reports whether a key, or a field of it, expires before a time.
func expiresBefore(parts []keyspace.Key, atMs int64) bool {
	if parts[0].ExpireAt.ExpiredAt(atMs - 1) {
		return true
	}
	for _, k := range parts {
		v, _ := k.Value.(keyspace.Hash)
		for i := range v {
			if v[i].ExpireAt.ExpiredAt(atMs - 1) {
				return true
			}
		}
	}
	return false
}

// replanting is a canary that was missed on a server that takes writes, while
// its witness was equal. Somebody may have written between the two.
type replanting struct {
	compare.Alteration
	genuine []keyspace.Key
	tries   int
}

const canaryReplants = 5

// plant adds one altered expectation to a batch. On a server that takes writes
// it stands behind a witness, the key as it is, and is planted once more when it
// is missed.
func (w *worker) plant(b *batch, a compare.Alteration, genuine []keyspace.Key, tries int) {
	st := newKeyState(a.Parts[0])
	st.Planted, st.canary = true, w.run.canaries.Canary(a)
	if w.run.live != nil {
		witness := newKeyState(genuine[0])
		witness.Planted = true
		b.addParts(genuine, &witness)
		st.genuine = &witness
		if tries < canaryReplants {
			st.canary.Replant = func() { w.missed = append(w.missed, replanting{a, genuine, tries + 1}) }
		}
	}
	b.addParts(a.Parts, &st)
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
