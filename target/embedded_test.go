package target_test

import (
	"strings"
	"testing"
	"time"

	"redrill/target"
)

func TestEmbeddedNeedsAClock(t *testing.T) {
	_, err := target.Open(t.Context(), "embedded", target.Options{})
	wantClass(t, err, target.ErrUsage)
}

func TestEmbeddedSaysWhatItIs(t *testing.T) {
	tgt := open(t, "embedded", target.Options{AsOf: time.UnixMilli(1_790_000_000_123)})
	if want := "not a Redis"; !strings.Contains(tgt.Description, want) {
		t.Errorf("Description = %q, want it to say %q", tgt.Description, want)
	}
	if len(tgt.Unchecked) == 0 {
		t.Error("Unchecked is empty, want what cannot be checked")
	}
	if tgt.Caps.Product != target.ProductMiniredis {
		t.Errorf("Product = %s, want %s", tgt.Caps.Product, target.ProductMiniredis)
	}
}

// TestEmbeddedTakesALongPipeline would hang on a connection without a buffer:
// the server answers the first command before it reads the last.
func TestEmbeddedTakesALongPipeline(t *testing.T) {
	tgt := open(t, "embedded", target.Options{AsOf: time.UnixMilli(1_790_000_000_123)})
	pipe := newClient(t, tgt).Pipeline()
	value := strings.Repeat("v", 4096)
	for range 2000 {
		pipe.Do(t.Context(), "ECHO", value)
	}
	replies, err := pipe.Exec(t.Context())
	if err != nil || len(replies) != 2000 {
		t.Errorf("%d replies, %v, want 2000", len(replies), err)
	}
}
