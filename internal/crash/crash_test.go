package crash

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestFirst: one panic of several is repeated, with the stack it comes from, and
// every goroutine that panicked ends with an error.
func TestFirst(t *testing.T) {
	for _, panics := range []int{0, 1, 5} {
		var first First
		var group sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			group.Go(func() { errs[i] = part(&first, i < panics) })
		}
		group.Wait()
		for i, err := range errs {
			if errors.Is(err, Err) != (i < panics) {
				t.Errorf("of %d panics, goroutine %d = %v", panics, i, err)
			}
		}
		text := repeated(&first)
		if panics == 0 && text != "" || panics > 0 && (!strings.HasPrefix(text, "boom\n") || !strings.Contains(text, "crash.part(")) {
			t.Errorf("of %d panics, Repeat panics with %q", panics, text)
		}
	}
}

func part(first *First, panics bool) (err error) {
	defer first.Keep(&err)
	if panics {
		panic("boom")
	}
	return nil
}

func repeated(first *First) (text string) {
	defer func() {
		if value := recover(); value != nil {
			text = fmt.Sprint(value)
		}
	}()
	first.Repeat()
	return ""
}
