package client

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestHarden: whatever is asked for, nothing is retried, and the protocol is one
// of the two.
func TestHarden(t *testing.T) {
	for given, want := range map[int]int{0: 2, 1: 2, 2: 2, 3: 3, 4: 2} {
		o := redis.Options{Protocol: given, MaxRetries: 3, DialerRetries: 5}
		Harden(&o)
		if o.Protocol != want || o.MaxRetries != -1 || o.DialerRetries != 1 {
			t.Errorf("Protocol %d: RESP%d, MaxRetries %d, DialerRetries %d, want RESP%d, -1 and 1",
				given, o.Protocol, o.MaxRetries, o.DialerRetries, want)
		}
	}
}
