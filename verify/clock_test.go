package verify

import (
	"context"
	"strings"
	"testing"
	"time"

	"redrill/keyspace"
	"redrill/verify/internal/guard"
)

// TestClocksDisagree verifies a key that is gone by one clock and alive by the
// other. The server's is right; the local one is set.
func TestClocksDisagree(t *testing.T) {
	const hour = 3600_000
	for _, row := range []struct {
		name     string
		local    int64 // from the server's clock, ms
		expireAt int64 // from the server's clock
		asOf     int64 // from the local clock
		invalid  bool
		clock    int64 // hours
	}{
		{"the same, expired before the run", 0, -1000, -hour, false, 0},
		{"the same, expired at the reference time", 0, -1000, 0, false, 0},
		{"within the tolerance, expired by the server's clock", -guard.ClockToleranceMs / 2, -1000, -hour, false, 0},
		{"server ahead, expired by both clocks", -hour, -2 * hour, -2 * hour, false, 1},
		{"server ahead, expired by its clock alone", -hour, -1000, -hour, true, 1},
		{"server behind, expired by both clocks", hour, -1000, -4 * hour, false, -1},
		{"server behind, expired at the reference time by both clocks", hour, -1000, 0, false, -1},
		{"server behind, expired at the reference time by the local clock alone", hour, hour / 2, 0, true, -1},
		{"a reference time in the future", 0, 2 * hour, 3 * hour, false, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t)
			now := s.nowMs(t)
			local := now + row.local
			src := sliceSource{keys: []keyspace.Key{
				{Name: "k", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(now + row.expireAt)}}}
			res, err := Run(context.Background(), s.Options, func() (keyspace.Source, error) { return src, nil }, Options{
				Server: redis7, AsOfMs: local + row.asOf, Now: func() time.Time { return time.UnixMilli(local) }})
			if err != nil {
				t.Fatal(err)
			}
			if invalid := strings.Contains(strings.Join(res.Invalid, "\n"), `key "k"`); invalid != row.invalid || res.Verdicts.Expired != 1 {
				t.Errorf("invalid %q, verdicts %+v, want invalid %v and one expired", res.Invalid, res.Verdicts, row.invalid)
			}
			if hours := (res.Expiry.ClockMs + row.clock*hour/2) / hour; hours != row.clock {
				t.Errorf("the clocks are %d ms apart, want %d h", res.Expiry.ClockMs, row.clock)
			}
			if said := strings.Contains(strings.Join(res.Unchecked, "\n"), "clocks"); said != (row.clock != 0) {
				t.Errorf("unchecked %q, want the clocks there: %v", res.Unchecked, row.clock != 0)
			}
		})
	}
}
