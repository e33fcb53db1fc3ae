package verify

import (
	"context"
	"errors"
	"fmt"
)

// Bounds of what a server may answer to an enumeration before it counts as one
// that does not come to an end. SCAN may repeat names, and may step over empty
// places of its table without one.
const (
	endlessNames = 1000    // beyond twice as many as the server says there are
	endlessSteps = 1 << 14 // in a row, without a name
)

// errEndless is an enumeration that does not come to an end. It makes a run
// invalid: what it would have shown cannot be told.
var errEndless = errors.New("does not come to an end")

// enumeration counts what a SCAN-like command answers.
type enumeration struct {
	what  any   // the command
	most  int64 // names that are believed
	names int64
	steps int // in a row, without a name
}

// step counts the names of one more step.
func (e *enumeration) step(names int64) error {
	e.names += names
	if e.steps++; names > 0 {
		e.steps = 0
	}
	if e.names/2 > e.most+endlessNames/2 || e.steps > endlessSteps {
		return fmt.Errorf("%v %w: %d names, where the server says that there are %d", e.what, errEndless, e.names, e.most)
	}
	return nil
}

// endless makes the run invalid where an enumeration does not come to an end,
// and lets other errors through.
func (w *worker) endless(st *keyState, err error) error {
	if !errors.Is(err, errEndless) {
		return err
	}
	w.tally.invalid.add(fmt.Sprintf("%s: %s", st.path(), err))
	return nil
}

// outlasts reports whether a stream shows more entries that are not expected
// than it can have, and makes the run invalid then: there would always be more.
func (w *worker) outlasts(ctx context.Context, st *keyState) (bool, error) {
	if st.extra <= streamWindow {
		return false, nil
	}
	if st.entries == 0 {
		got, err := w.ask(ctx, st, func(r *round) slot { return r.add(0, "XLEN", &st.name) })
		if err != nil {
			return false, err
		}
		n, _ := got.integer()
		st.entries = max(n, 1)
	}
	if st.extra/2 <= st.entries+streamWindow/2 {
		return false, nil
	}
	w.tally.invalid.add(fmt.Sprintf("%s: XRANGE %s: %d entries that are not expected, where the server says that there are %d in all",
		st.path(), errEndless, st.extra, st.entries))
	return true, nil
}
