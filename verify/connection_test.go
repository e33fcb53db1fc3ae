package verify

import (
	"errors"
	"strings"
	"testing"
)

// TestConnectionAsksOneDatabase: what is asked about a database is answered by
// that one, whatever was asked before, or not at all.
func TestConnectionAsksOneDatabase(t *testing.T) {
	s := startRedis(t)
	s.do(t, "MSET", "a", "", "b", "")
	s.do(t, "SWAPDB", 0, 3)
	for _, protocol := range bothProtocols {
		c := newConnection(s.over(protocol).options)
		defer c.close()
		for i, row := range []struct {
			db   int
			want int64
		}{{0, 0}, {3, 2}, {0, 0}, {1, 0}, {3, 2}} {
			var r round
			size := r.add(0, "DBSIZE")
			if err := r.exec(t.Context(), c, row.db); err != nil {
				t.Fatal(err)
			}
			got := r.reply(size)
			if n, ok := got.integer(); !ok || n != row.want {
				t.Errorf("RESP%d, question %d: database %d has %d keys, %v, want %d", protocol, i, row.db, n, ok, row.want)
			}
		}
		var r round
		r.add(0, "DBSIZE")
		err := r.exec(t.Context(), c, 99)
		if !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), "SELECT") {
			t.Errorf("RESP%d: database 99 = %v, want %v about SELECT", protocol, err, ErrTarget)
		}
	}
}
