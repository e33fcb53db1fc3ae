// Package interrupt ends waits that nothing else can end.
package interrupt

import "context"

// Call calls f, which may wait for ever, as for the other end of a pipe, and
// returns what f returns. If ctx ends first, Call returns the cause of that, and f
// goes on in the background: drop is called with its value if there is one.
func Call[T any](ctx context.Context, f func() (T, error), drop func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result)
	go func() { // ends with the process if f never returns
		value, err := f()
		select {
		case done <- result{value, err}:
		case <-ctx.Done():
			if err == nil {
				drop(value)
			}
		}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
