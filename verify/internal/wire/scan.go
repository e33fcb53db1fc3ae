package wire

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

// ScanReply bounds the reply of one step in bytes: a compact collection comes whole.
const ScanReply = 64 << 20

const scanCount = 512 // elements or keys per SCAN step

// ErrEndless is an enumeration that does not come to an end. It makes a run
// invalid: what it would have shown cannot be told.
var ErrEndless = errors.New("does not come to an end")

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
		return fmt.Errorf("%v %w: %d names, but the server reports %d", e.what, ErrEndless, e.names, e.most)
	}
	return nil
}

// Scan runs a SCAN-like command to its end, or until each returns false, or
// until it has answered so many more than size names that it has none
// ([errEndless]). Stride is how many byte strings it answers per name. Names may
// come more than once. A step whose reply is too large is left out. Whole says
// that it has come to the end and left out nothing.
func Scan(ctx context.Context, c *Connection, db, stride int, size int64, each func(name string) bool, args ...any) (whole bool, err error) {
	cursor := "0"
	whole = true
	seen := enumeration{what: args[0], most: size}
	var r Round
	for {
		r.Reset()
		r.Begin(args...)
		r.args = append(r.args, cursor, "COUNT", scanCount)
		s := r.End(ScanReply)
		if err := r.Exec(ctx, c, db); err != nil {
			return false, err
		}
		got := r.Reply(s)
		n, ok := got.Array()
		next, ok2 := got.Bulk()
		m, ok3 := got.Array()
		if !ok || n != 2 || !ok2 || !ok3 {
			return false, fmt.Errorf("%w: %s: %w", ErrTarget, r.Said(s), ErrShape)
		}
		cursor = string(next.B)
		for i := int64(0); i < m; i++ {
			if i%int64(stride) > 0 { // a value, or a score of either shape
				if !got.Skip() {
					whole = false
					break
				}
				continue
			}
			name, ok := got.Bulk()
			if !ok {
				whole = false
				break
			}
			whole = whole && name.Whole()
			if name.Whole() && !each(string(name.B)) {
				return false, nil
			}
		}
		if cursor == "0" {
			return whole, nil
		}
		if err := seen.step(max(m, 0) / int64(stride)); err != nil {
			return false, err
		}
	}
}

// ErrShape is a reply of another shape than the command promises.
var ErrShape = errors.New("unexpected reply")
