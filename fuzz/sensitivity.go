package fuzz

import (
	"context"
	"fmt"

	"redrill/keyspace"
	"redrill/restore"
	"redrill/verify"
)

// sensitivity edits the live state and demands that exactly the edits are
// reported: at their keys, with their kinds.
func (run *liveRun) sensitivity(ctx context.Context) (*liveFailure, error) {
	sets := run.oneEditEach()
	if run.thorough {
		sets = run.everyEdit()
	}
	for i, edits := range sets {
		if i > 0 {
			if err := run.undo(ctx, sets[i-1]); err != nil {
				return nil, err
			}
		}
		if f, err := run.edited(ctx, edits); f != nil || err != nil {
			return f, err
		}
	}
	return nil, nil
}

// oneEditEach draws one edit of every case.
func (run *liveRun) oneEditEach() [][]edit {
	var edits []edit
	for i := range run.cases {
		live := liveKeys(run.wants[i].Keys, run.asOfMs)
		e := run.extraEdit(i)
		if len(live) > 0 && run.r.IntN(16) > 0 {
			of := editsOf(live[run.r.IntN(len(live))], run.asOfMs, run.Verify, run.r)
			e = of[run.r.IntN(len(of))]
		}
		if i == run.libraryCase() && run.r.IntN(4) == 0 {
			e = run.functionEdit()
		}
		edits = append(edits, e)
	}
	return [][]edit{edits}
}

// everyEdit returns all edits of all keys, in sets with at most one of each key.
func (run *liveRun) everyEdit() (sets [][]edit) {
	for i := range run.cases {
		all := [][]edit{{run.extraEdit(i)}}
		for _, k := range liveKeys(run.wants[i].Keys, run.asOfMs) {
			all = append(all, editsOf(k, run.asOfMs, run.Verify, run.r))
		}
		for _, edits := range all {
			for i, e := range edits {
				for len(sets) <= i {
					sets = append(sets, nil)
				}
				sets[i] = append(sets[i], e)
			}
		}
	}
	return sets
}

// extraEdit is a key more where a key of the case could stand.
func (run *liveRun) extraEdit(i int) edit {
	e := extraEdit(namesOf(run.wants[i]), run.r)
	e.key = run.cases[i].spread.key(e.key)
	return e
}

// namesOf returns a key for every name that an expectation mentions.
func namesOf(e Expectation) []keyspace.Key {
	var keys []keyspace.Key
	keys = append(keys, e.Keys...)
	for _, n := range e.Notes {
		keys = append(keys, keyspace.Key{Name: n.Name})
	}
	return keys
}

// edited makes the edits and compares the server with the model, in parts of any
// size: what the decoder says was compared before.
func (run *liveRun) edited(ctx context.Context, edits []edit) (*liveFailure, error) {
	run.edits = append(run.edits, edits...)
	for _, e := range edits {
		if err := run.write(ctx, e); err != nil {
			return nil, err
		}
	}
	limit := 0
	if run.r.IntN(2) == 0 {
		limit = 1 + run.r.IntN(3)
	}
	res, diffs, err := run.verify(ctx, func() (keyspace.Source, error) { return run.modelled(limit) })
	if err != nil {
		return run.refused(ctx, "verify", err)
	}
	if wrong := unlike(edits, diffs); len(wrong) > 0 {
		return run.failed(PropertyEdit, wrong, "of the edits %s something else was reported", describeEdits(edits)), nil
	}
	if len(res.Invalid) > 0 {
		return run.failed(PropertyEdit, nil, "the verification after the edits %s is invalid: %q", describeEdits(edits), res.Invalid), nil
	}
	return nil, nil
}

type report struct {
	kind verify.Kind
	db   int
	key  string
}

// unlike returns the differences that no edit accounts for, and a difference
// for every edit that was not reported.
func unlike(edits []edit, diffs []verify.Difference) (wrong []verify.Difference) {
	want := map[report]int{}
	for _, e := range edits {
		want[report{e.kind, e.key.DB, e.key.Name}]++
	}
	for _, d := range diffs {
		at := report{d.Kind, d.DB, string(d.Key)}
		if want[at] == 0 || d.Count > 1 {
			wrong = append(wrong, d)
			continue
		}
		want[at]--
	}
	for _, e := range edits {
		if at := (report{e.kind, e.key.DB, e.key.Name}); want[at] > 0 {
			want[at]--
			wrong = append(wrong, verify.Difference{
				Kind: e.kind, DB: e.key.DB, Key: verify.Bytes(e.key.Name), Path: fmt.Sprintf("key %q", e.key.Name),
				Detail: "edited on the server (" + e.what + ") and not reported",
			})
		}
	}
	sortDifferences(wrong)
	return wrong
}

// write makes one edit: the key is deleted and written as it becomes, unless the edit has
// commands of its own.
func (run *liveRun) write(ctx context.Context, e edit) error {
	if e.more == keyspace.TypeHyperLogLog {
		return run.addElement(ctx, e.key)
	}
	pipe := run.clients[e.key.DB].Pipeline()
	if e.commands == nil {
		pipe.Do(ctx, "DEL", e.key.Name)
	}
	for _, args := range e.commands {
		pipe.Do(ctx, args...)
	}
	if !e.gone && e.commands == nil {
		for _, c := range restore.Commands(e.key, run.Restore) {
			args := make([]any, len(c.Args))
			for i, arg := range c.Args {
				args[i] = arg
			}
			pipe.Do(ctx, args...)
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("%w: edit %v: %w", ErrServer, e, err)
	}
	return nil
}

// addElement adds elements to a HyperLogLog until one changes a register.
func (run *liveRun) addElement(ctx context.Context, k keyspace.Key) error {
	for i := range 1000 {
		changed, err := run.clients[k.DB].Do(ctx, "PFADD", k.Name, fmt.Sprintf("more %d", i)).Int()
		if err != nil {
			return fmt.Errorf("%w: add to HyperLogLog %q: %w", ErrServer, k.Name, err)
		}
		if changed == 1 {
			return nil
		}
	}
	return fmt.Errorf("%w: HyperLogLog %q takes no element", ErrServer, k.Name)
}

// undo writes the keys of the edits back.
func (run *liveRun) undo(ctx context.Context, edits []edit) error {
	for _, e := range edits {
		back := edit{what: "undone", key: e.key, gone: true}
		for _, want := range run.wants {
			if k, ok := keyspace.Find(liveKeys(want.Keys, run.asOfMs), e.key.DB, e.key.Name); ok {
				back.key, back.gone = k, false
			}
		}
		if err := run.write(ctx, back); err != nil {
			return err
		}
	}
	return nil
}
