package targettest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/target"
)

// caps uses every capability and compares what happens with what was probed.
func (s *suite) caps(t *testing.T) {
	s.do(t, "SET", "string", "value")
	s.do(t, "HSET", "hash", "f", "v")
	s.do(t, "SADD", "set", "m")
	s.do(t, "ZADD", "zset", "1", "m")
	s.do(t, "XADD", "stream", "1-1", "f", "v")
	defer s.do(t, "DEL", "string", "hash", "set", "zset", "stream")

	c := s.tgt.Caps
	for _, row := range []struct {
		name   string
		probed bool
		args   []any
	}{
		{"Scan", c.Scan, []any{"SCAN", 0}},
		{"DBSize", c.DBSize, []any{"DBSIZE"}},
		{"Keys", c.Keys, []any{"KEYS", "*"}},
		{"Time", c.Time, []any{"TIME"}},
		{"PExpireTime", c.PExpireTime, []any{"PEXPIRETIME", "string"}},
		{"ObjectEncoding", c.ObjectEncoding, []any{"OBJECT", "ENCODING", "string"}},
		{"MemoryUsage", c.MemoryUsage, []any{"MEMORY", "USAGE", "string"}},
		{"Debug", c.Debug, []any{"DEBUG", "SET-ACTIVE-EXPIRE", 1}},
		{"MGet", c.MGet, []any{"MGET", "string"}},
		{"GetRange", c.GetRange, []any{"GETRANGE", "string", 0, 1}},
		{"SMIsMember", c.SMIsMember, []any{"SMISMEMBER", "set", "m"}},
		{"ZMScore", c.ZMScore, []any{"ZMSCORE", "zset", "m"}},
		{"HScan", c.HScan, []any{"HSCAN", "hash", 0}},
		{"SScan", c.SScan, []any{"SSCAN", "set", 0}},
		{"ZScan", c.ZScan, []any{"ZSCAN", "zset", 0}},
		{"PExpireAt", c.PExpireAt, []any{"PEXPIREAT", "string", int64(9_000_000_000_000)}},
		{"XSetID", c.XSetID, []any{"XSETID", "stream", "2-2"}},
		{"XSetIDDeleted", c.XSetIDDeleted,
			[]any{"XSETID", "stream", "2-2", "ENTRIESADDED", 2, "MAXDELETEDID", "1-0"}},
		{"XDel", c.XDel, []any{"XDEL", "stream", "1-1"}},
		{"XInfo", c.XInfo, []any{"XINFO", "STREAM", "stream"}},
		{"HPExpireTime", c.HPExpireTime, []any{"HPEXPIRETIME", "hash", "FIELDS", 1, "f"}},
		{"Functions", c.Functions, []any{"FUNCTION", "LIST"}},
		{"Info", c.Info, []any{"INFO"}},
	} {
		err := s.client.Do(t.Context(), row.args...).Err()
		works := err == nil || errors.Is(err, redis.Nil)
		if works != row.probed {
			t.Errorf("%s = %t, but %q gives error %v", row.name, row.probed, row.args, err)
		}
	}
	s.streamCaps(t, c)
	s.infoCaps(t, c)
	s.zeroCaps(t, c)
}

// zeroCaps writes scores of -0 as commands do, in a small set and in one that
// has grown beyond every compact encoding.
func (s *suite) zeroCaps(t *testing.T, c target.Caps) {
	t.Helper()
	defer s.do(t, "DEL", "zset")
	for name, row := range map[string]struct {
		members int
		probed  target.ZeroSign
	}{"small": {1, c.SmallZero}, "large": {2000, c.LargeZero}} {
		s.do(t, "DEL", "zset")
		for i := range row.members {
			s.do(t, "ZADD", "zset", i, fmt.Sprint(i))
		}
		s.do(t, "ZADD", "zset", "-0", "z")
		score, err := s.client.Do(t.Context(), "ZSCORE", "zset", "z").Text()
		want := map[string]target.ZeroSign{"-0": target.ZeroKept, "0": target.ZeroLost}[score]
		if err != nil || row.probed != want || want == target.ZeroUnknown {
			t.Errorf("%s: -0 reads as %q, %v, but %v was probed", name, score, err, row.probed)
		}
	}
}

func (s *suite) streamCaps(t *testing.T, c target.Caps) {
	t.Helper()
	if !c.XInfo {
		return
	}
	fields := map[any]bool{}
	reply, _ := s.do(t, "XINFO", "STREAM", "stream").([]any)
	for i := 0; i+1 < len(reply); i += 2 {
		fields[reply[i]] = true
	}
	for name, probed := range map[string]bool{
		"last-generated-id":    c.XInfoLastID,
		"max-deleted-entry-id": c.XInfoMaxDeletedID,
		"entries-added":        c.XInfoEntriesAdded,
	} {
		if fields[name] != probed {
			t.Errorf("XINFO STREAM %s: there %t, probed %t", name, fields[name], probed)
		}
	}
}

func (s *suite) infoCaps(t *testing.T, c target.Caps) {
	t.Helper()
	text, _ := s.do(t, "INFO").(string)
	for name, probed := range map[string]bool{
		"run_id":       c.InfoRunID,
		"role":         c.InfoRole,
		"evicted_keys": c.InfoEvictedKeys,
		"expired_keys": c.InfoExpiredKeys,
	} {
		if _, has := client.Info(text).Field(name); has != probed {
			t.Errorf("INFO %s: there %t, probed %t", name, has, probed)
		}
	}
}
