package target_test

import (
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"redrill/target"
	"redrill/target/elastickvtest"
)

// TestElastickvIsNeverEnumerated relies on the fake, which fails the test when
// it is sent KEYS, SCAN or DBSIZE.
func TestElastickvIsNeverEnumerated(t *testing.T) {
	for _, row := range []struct {
		name, info string
		product    target.Product
	}{
		{"says it is a redis", "redis_version:7.2.0\r\nrun_id:abc\r\nrole:master\r\n", target.ProductElastickv},
		{"says what it is", "# Server\r\nelastickv_version:1.2\r\n", target.ProductElastickv},
		{"says nothing", "", target.ProductElastickv},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := elastickvtest.Start(t)
			s.SetInfo(row.info)
			tgt := open(t, s.URL(), target.Options{})
			got := tgt.Caps
			if got.Product != row.product {
				t.Errorf("Product = %s, want %s", got.Product, row.product)
			}
			for name, can := range map[string]bool{
				"Scan": got.Scan, "DBSize": got.DBSize, "Keys": got.Keys, "Time": got.Time,
				"PExpireTime": got.PExpireTime, "ObjectEncoding": got.ObjectEncoding,
				"Debug": got.Debug, "MGet": got.MGet, "GetRange": got.GetRange,
				"SMIsMember": got.SMIsMember, "ZMScore": got.ZMScore, "HScan": got.HScan,
				"SScan": got.SScan, "ZScan": got.ZScan, "XSetID": got.XSetID, "XInfo": got.XInfo,
			} {
				if can {
					t.Errorf("%s = true, want false", name)
				}
			}
			if !got.Info {
				t.Error("Info = false, want true")
			}
			for _, write := range []string{"SET", "XADD", "DEL", "FLUSHALL", "FLUSHDB", "FLUSHLEGACY"} {
				if n := s.Calls(write); n != 0 {
					t.Errorf("probing called %s %d times", write, n)
				}
			}
		})
	}
}

func TestProbeReadsRefusals(t *testing.T) {
	for _, row := range []struct {
		name, command, reply string
		got                  func(target.Caps) bool
		want                 bool
	}{
		{"unknown", "SCAN", "ERR unknown command 'SCAN', with args beginning with: 'no-cursor' ",
			func(c target.Caps) bool { return c.Scan }, false},
		{"unknown without TIME and OBJECT", "TIME OBJECT", "ERR unknown command",
			func(c target.Caps) bool { return c.Scan || c.DBSize || c.Keys }, false},
		{"without TIME alone", "TIME", "ERR unknown command",
			func(c target.Caps) bool { return c.Scan && c.DBSize && c.Keys }, true},
		{"the user may not", "PEXPIRETIME", "NOPERM User drill has no permissions to run the 'pexpiretime' command",
			func(c target.Caps) bool { return c.PExpireTime }, false},
		{"the user may not touch that key", "PEXPIRETIME", "NOPERM No permissions to access a key",
			func(c target.Caps) bool { return c.PExpireTime }, true},
		{"cluster mode", "MGET", "CROSSSLOT Keys in request don't hash to the same slot",
			func(c target.Caps) bool { return c.MGet }, false},
		{"a read-only replica", "XSETID", "READONLY You can't write against a read only replica.",
			func(c target.Caps) bool { return c.XSetID }, true},
		{"XSETID of Redis 6", "XSETID", "ERR wrong number of arguments for 'xsetid' command",
			func(c target.Caps) bool { return c.XSetIDDeleted }, false},
		{"XSETID of Redis 7", "XSETID", "ERR Invalid stream ID specified as stream command argument",
			func(c target.Caps) bool { return c.XSetIDDeleted }, true},
		{"a user who may only read still reads the largest deleted ID", "XSETID", "NOPERM User drill has no permissions to run the 'xsetid' command",
			func(c target.Caps) bool { return c.XInfoMaxDeletedID && !c.XSetID }, true},
		{"XSETID of Redis 6 says that there is none", "XSETID", "ERR wrong number of arguments for 'xsetid' command",
			func(c target.Caps) bool { return c.XInfoMaxDeletedID }, false},
		{"DEBUG switched off", "DEBUG", "ERR DEBUG command not allowed. If the enable-debug-command option is set",
			func(c target.Caps) bool { return c.Debug }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := miniredis.RunT(t)
			refuse(s, row.command, row.reply)
			tgt := open(t, "redis://"+s.Addr(), target.Options{})
			if got := row.got(tgt.Caps); got != row.want {
				t.Errorf("got %t, want %t; Caps: %+v", got, row.want, tgt.Caps)
			}
		})
	}
}

func TestRefusalsHideThePassword(t *testing.T) {
	s := miniredis.RunT(t)
	s.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
		text := "ERR unknown command '" + cmd + "', with args beginning with:"
		for _, a := range args {
			text += " '" + a + "'"
		}
		c.WriteError(text)
		return true
	})
	_, err := target.Open(t.Context(), "redis://drill:s3cr3t@"+s.Addr(), target.Options{})
	wantClass(t, err, target.ErrRefused)
	noSecret(t, err)
}

// TestProbeByWriting finds out what becomes of a score of -0, on a server that
// is restored into only, and leaves nothing behind.
func TestProbeByWriting(t *testing.T) {
	for _, row := range []struct {
		name         string
		score        func(member string) string // what ZSCORE answers
		refused      bool
		small, large target.ZeroSign
	}{
		{"Redis 7", func(m string) string { return map[bool]string{true: "0", false: "-0"}[m == "m"] }, false, target.ZeroLost, target.ZeroKept},
		{"Redis 6", func(string) string { return "-0" }, false, target.ZeroKept, target.ZeroKept},
		{"none", func(string) string { return "0" }, false, target.ZeroLost, target.ZeroLost},
		{"odd", func(string) string { return "zero" }, false, target.ZeroUnknown, target.ZeroUnknown},
		{"refused", func(string) string { return "0" }, true, target.ZeroUnknown, target.ZeroUnknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := miniredis.RunT(t)
			written := 0
			s.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
				switch {
				case cmd == "ZADD" && row.refused:
					c.WriteError("OOM command not allowed when used memory > 'maxmemory'.")
				case cmd == "ZADD":
					written++
					return false
				case cmd == "ZSCORE":
					c.WriteBulk(row.score(args[1]))
				default:
					return false
				}
				return true
			})
			tgt := open(t, "redis://"+s.Addr(), target.Options{})
			if c := tgt.Caps; written != 0 || c.SmallZero != target.ZeroUnknown || c.LargeZero != target.ZeroUnknown {
				t.Errorf("before: %d writes, %v and %v, want none", written, c.SmallZero, c.LargeZero)
			}
			if err := tgt.ProbeByWriting(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c := tgt.Caps; c.SmallZero != row.small || c.LargeZero != row.large || len(s.Keys()) > 0 {
				t.Errorf("small %v, large %v, keys %q; want %v, %v and none", c.SmallZero, c.LargeZero, s.Keys(), row.small, row.large)
			}
		})
	}
	store := elastickvtest.Start(t)
	if err := open(t, store.URL(), target.Options{}).ProbeByWriting(t.Context()); err != nil || store.Calls("ZADD") > 0 {
		t.Errorf("ProbeByWriting() of a live store = %v, %d writes, want none", err, store.Calls("ZADD"))
	}
}
