package verify

import (
	"fmt"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/internal/crash/crashtest"
	"redrill/keyspace"
)

// TestRunPanics: what panics in a goroutine of a run panics in Run, with the
// stack it comes from, and no goroutine goes on.
func TestRunPanics(t *testing.T) {
	s := startRedis(t)
	var keys []keyspace.Key
	for i := range 5000 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprintf("k%d", i), Value: keyspace.Set{"a"}})
	}
	s.load(t, keys)
	s.do(t, "SADD", "k7", "b")
	boom := func(net.Conn, []byte) (int, error) { panic("boom") }
	for _, row := range []struct {
		name string
		base *redis.Options
		at   func(i int)
		opts Options
		from string // a function of the stack
	}{
		{name: "a reply", base: tampered(s.Options, "SMISMEMBER", boom), from: "compareBatch"},
		{name: "a difference", opts: Options{Diffs: func(Difference) { panic("boom") }}, from: "report"},
		{name: "progress", opts: Options{Progress: func(int64) { panic("boom") }}, from: "progress"},
		{name: "the source", at: func(i int) {
			if i == 3000 {
				panic("boom")
			}
		}, from: "sliceSource"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.base == nil {
				row.base = s.Options
			}
			row.opts.Server, row.opts.AsOfMs, row.opts.Connections = redis7, asOfMs, 3
			open := func() (keyspace.Source, error) { return sliceSource{keys: keys, at: row.at}, nil }
			run := func() { _, _ = Run(t.Context(), row.base, open, row.opts) }
			crashtest.WantBoom(t, run, row.from, "verify.(*worker).loop(", "verify.(*dispatcher).feed(")
		})
	}
}
