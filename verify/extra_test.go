package verify

import (
	"sync"
	"testing"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// TestBounds: a key must be there until the second in which it expires.
func TestBounds(t *testing.T) {
	const startMs = 1_700_000_000_500
	at := func(lowMs int64) compare.LiveExpiry { return compare.LiveExpiry{Low: lowMs, High: lowMs} }
	for _, row := range []struct {
		name      string
		expiry    compare.LiveExpiry
		endMs     int64
		sure, may int64
	}{
		{"without an expire time", compare.LiveExpiry{None: true}, startMs + 10*expiryHorizonMs, 1, 0},
		{"a second after the end", at(startMs + 3000), startMs + 2000, 1, 0},
		{"in the second of the end", at(startMs + 2100), startMs + 2000, 0, 1},
		{"before the end", at(startMs + 1000), startMs + 2000, 0, 1},
		{"beyond the horizon", at(startMs + expiryHorizonMs + 1), startMs + 2000, 1, 0},
		{"beyond the horizon, in a run that long", at(startMs + expiryHorizonMs + 1), startMs + expiryHorizonMs + 1, 0, 1},
		{"at the horizon", at(startMs + expiryHorizonMs), startMs + expiryHorizonMs - 1000, 1, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			total := newTally()
			total.found(3, row.expiry, startMs)
			if sure, may := total.presence[3].bounds(startMs, row.endMs); sure != row.sure || may != row.may {
				t.Errorf("bounds() = %d, %d, want %d, %d", sure, may, row.sure, row.may)
			}
		})
	}
}

// TestForeignKeysThatHaveExpired: keys of others that have expired and are not
// yet removed are counted by the server and are no extra keys.
func TestForeignKeysThatHaveExpired(t *testing.T) {
	for _, databases := range []bool{true, false} {
		s := startRedis(t, "--enable-debug-command", "yes")
		s.do(t, "DEBUG", "SET-ACTIVE-EXPIRE", "0")
		s.do(t, "SET", "k", "v")
		s.do(t, "SET", "gone", "v", "PX", "1")
		s.do(t, "SET", "too", "v", "PX", "1")
		for start := s.nowMs(t); s.nowMs(t) < start+2; {
		}
		if got := s.do(t, "DBSIZE"); got != int64(3) {
			t.Fatalf("DBSIZE = %v, want 3: the server has not removed what has expired", got)
		}
		server := redis7
		server.Info = databases
		src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
		res, diffs := s.verified(t, src, Options{Server: server})
		if len(diffs) > 0 || res.Extra.Keys != 0 || len(res.Invalid) > 0 {
			t.Errorf("differences %+v, extra %+v, invalid %q, want none", diffs, res.Extra, res.Invalid)
		}
		s.do(t, "SET", "more", "v")
		if res, diffs = s.verified(t, src, Options{Server: server}); len(diffs) != 1 || res.Extra.Keys != 1 || res.Extra.Named != 1 {
			t.Errorf("differences %+v, extra %+v, want the one that is there", diffs, res.Extra)
		}
		s.do(t, "SET", "gone", "v", "PX", "1")
		for start := s.nowMs(t); s.nowMs(t) < start+2; {
		}
		server.Scan = false // then nothing tells them from others
		if res, _ = s.verified(t, src, Options{Server: server}); res.Extra.Keys != 2 || res.Extra.Named != 0 {
			t.Errorf("without SCAN: extra %+v, want two that are counted", res.Extra)
		}
	}
}

// TestExtraKeysAreCounted: where keys cannot be enumerated they are counted, by
// whichever of DBSIZE and INFO there is.
func TestExtraKeysAreCounted(t *testing.T) {
	for _, row := range []struct {
		name    string
		change  func(*Server)
		noScan  bool
		checked bool
	}{
		{"without SCAN", func(s *Server) { s.Scan = false }, false, true},
		{"without SCAN and DBSIZE", func(s *Server) { s.Scan, s.DBSize = false, false }, false, true},
		{"without SCAN and INFO", func(s *Server) { s.Scan, s.Info = false, false }, false, true},
		{"without any", func(s *Server) { s.Scan, s.DBSize, s.Info = false, false, false }, false, false},
		{"without DBSIZE and INFO", func(s *Server) { s.DBSize, s.Info = false, false }, false, false},
		{"not wanted", func(*Server) {}, true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t)
			s.do(t, "MSET", "k", "v", "more", "v", "most", "v")
			server := redis7
			row.change(&server)
			var asked sync.Map
			at := s.answering(t, func(words []string) string { asked.Store(words[0], true); return "" })
			src := sliceSource{keys: []keyspace.Key{{Name: "k", Value: keyspace.String("v")}}}
			res, diffs := at.verified(t, src, Options{Server: server, NoScan: row.noScan})
			_, scan := asked.Load("SCAN")
			_, size := asked.Load("DBSIZE")
			if scan || size && (row.noScan || !server.DBSize) {
				t.Errorf("asked for SCAN %v, DBSIZE %v", scan, size)
			}
			want, status := Extra{}, Incomplete
			if row.checked {
				want, status = Extra{Checked: true, Keys: 2}, Different
			}
			if res.Extra != want || len(diffs) != int(want.Keys)/2 || len(res.Invalid) > 0 {
				t.Errorf("extra %+v, differences %+v, invalid %q, want %+v", res.Extra, diffs, res.Invalid, want)
			}
			if got := res.Outcome(Allow{Unchecked: []Promise{PromiseGuards}}); got != status {
				t.Errorf("Outcome() = %v, want %v", got, status)
			}
		})
	}
}
