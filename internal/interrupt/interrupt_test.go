package interrupt

import (
	"context"
	"errors"
	"testing"
)

func TestCall(t *testing.T) {
	broken := errors.New("broken")
	dropped := make(chan int, 1)
	drop := func(n int) { dropped <- n }
	if n, err := Call(t.Context(), func() (int, error) { return 1, nil }, drop); n != 1 || err != nil {
		t.Errorf("Call = %d, %v", n, err)
	}
	if _, err := Call(t.Context(), func() (int, error) { return 0, broken }, drop); !errors.Is(err, broken) {
		t.Errorf("Call = %v, want %v", err, broken)
	}
	ended := errors.New("ended")
	for _, row := range []struct {
		name string
		err  error
		want bool // that the value is dropped
	}{{"a value", nil, true}, {"an error", broken, false}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		begun, goOn, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
		go func() {
			<-begun
			cancel(ended)
		}()
		n, err := Call(ctx, func() (int, error) {
			defer close(done)
			close(begun)
			<-goOn
			return 2, row.err
		}, drop)
		if n != 0 || !errors.Is(err, ended) {
			t.Errorf("%s: Call = %d, %v, want %v", row.name, n, err, ended)
		}
		close(goOn)
		<-done
		if row.want {
			if got := <-dropped; got != 2 {
				t.Errorf("%s: dropped %d", row.name, got)
			}
		}
	}
	if len(dropped) > 0 {
		t.Error("dropped what was returned, or what is none")
	}
}
