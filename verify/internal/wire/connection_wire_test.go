package wire

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"redrill/internal/redistest"

	"github.com/redis/go-redis/v9"
)

// TestConnectionAsksOneDatabase: what is asked about a database is answered by
// that one, whatever was asked before, or not at all.
func TestConnectionAsksOneDatabase(t *testing.T) {
	s := redistest.Start(t)
	s.Do(t, "MSET", "a", "", "b", "")
	s.Do(t, "SWAPDB", 0, 3)
	for _, protocol := range redistest.Protocols {
		c := NewConnection(s.Over(protocol).Options)
		defer c.Close()
		for i, row := range []struct {
			db   int
			want int64
		}{{0, 0}, {3, 2}, {0, 0}, {1, 0}, {3, 2}} {
			var r Round
			size := r.Add(0, "DBSIZE")
			if err := r.Exec(t.Context(), c, row.db); err != nil {
				t.Fatal(err)
			}
			got := r.Reply(size)
			if n, ok := got.Integer(); !ok || n != row.want {
				t.Errorf("RESP%d, question %d: database %d has %d keys, %v, want %d", protocol, i, row.db, n, ok, row.want)
			}
		}
		var r Round
		r.Add(0, "DBSIZE")
		err := r.Exec(t.Context(), c, 99)
		if !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), "SELECT") {
			t.Errorf("RESP%d: database 99 = %v, want %v about SELECT", protocol, err, ErrTarget)
		}
	}
}

// TestProtocol asks for RESP3 only when it is told to.
func TestProtocol(t *testing.T) {
	s := redistest.Start(t)
	for given, want := range map[int]int{0: 2, 1: 2, 2: 2, 3: 3, 4: 2} {
		c := NewConnection(s.Over(given).Options)
		defer c.Close()
		hello, err := c.client.Do(t.Context(), "HELLO").Result()
		var got any
		switch hello := hello.(type) {
		case []any: // name, value, name, value
			got = hello[slices.Index(hello, any("proto"))+1]
		case map[any]any:
			got = hello["proto"]
		}
		if err != nil || got != int64(want) {
			t.Errorf("Protocol %d: the server speaks RESP%v, %v, want %d", given, got, err, want)
		}
	}
}

// A read that failed is an error and is never repeated.
func TestReadsAreNotRetried(t *testing.T) {
	c := NewConnection(&redis.Options{Addr: "127.0.0.1:0"})
	defer c.Close()
	if n := c.client.Options().MaxRetries; n != 0 {
		t.Errorf("reads are retried %d times, want 0", n)
	}
}
