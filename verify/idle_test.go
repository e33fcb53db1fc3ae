package verify

import (
	"fmt"
	"testing"

	"redrill/keyspace"
)

// TestIdleConnectionsAreOpenedAgain: a server may end the connection that looks at it
// while the keys are compared over others.
func TestIdleConnectionsAreOpenedAgain(t *testing.T) {
	s := startRedis(t)
	var keys []keyspace.Key
	for i := range 500 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprint(i), Value: keyspace.String("v")})
	}
	s.write(t, keys...)
	killed := int64(0)
	res, diffs := s.verified(t, sliceSource{keys: keys}, Options{Server: redis7, AsOfMs: asOfMs, Connections: 1, Progress: func(n int64) {
		if n == int64(len(keys)) { // every connection is idle: all have answered
			killed, _ = s.do(t, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes").(int64)
		}
	}})
	if killed == 0 || len(diffs) > 0 || len(res.Invalid) > 0 || res.Verdicts.Equal != int64(len(keys)) {
		t.Errorf("%d connections ended, %d differences, invalid %q, %+v", killed, len(diffs), res.Invalid, res.Verdicts)
	}
}
