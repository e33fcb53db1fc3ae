package verify

import (
	"fmt"
	"testing"

	"redrill/keyspace"
)

// TestBatchesAreBounded: whatever is expected of keys, no batch of them grows with
// the source.
func TestBatchesAreBounded(t *testing.T) {
	const n = 5 * batchParts
	keys := func(k keyspace.Key) (all []keyspace.Key) {
		for i := range n {
			k.Name = fmt.Sprint(i)
			all = append(all, k)
		}
		return all
	}
	var empty []keyspace.Note
	for i := range n {
		empty = append(empty, keyspace.Note{Kind: keyspace.NoteEmpty, Name: fmt.Sprint(i), Type: keyspace.TypeHash})
	}
	for name, src := range map[string]keyspace.Memory{
		"strings":                {Held: keys(keyspace.Key{Value: keyspace.String("v")})},
		"expired":                {Held: keys(keyspace.Key{Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(1)})},
		"in databases elsewhere": {Held: keys(keyspace.Key{Value: keyspace.String("v"), DB: 1})},
		"empty":                  {Notes: empty},
	} {
		r := &run{opts: Options{AsOfMs: asOfMs}, shared: make(chan *batch, n)}
		d := newDispatcher(t.Context(), r)
		if err := d.feed(src); err != nil {
			t.Fatal(err)
		}
		close(r.shared)
		sent := 0
		for b := range r.shared {
			sent += len(b.parts)
			if len(b.parts) > batchParts {
				t.Errorf("%s: a batch of %d", name, len(b.parts))
			}
		}
		if sent != n {
			t.Errorf("%s: %d sent, want %d", name, sent, n)
		}
	}
}
