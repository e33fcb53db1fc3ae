package restore_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	miniserver "github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// needsOf returns what keys need.
func needsOf(keys ...keyspace.Key) *restore.Needs {
	n := restore.NewNeeds(0)
	for _, k := range keys {
		n.Add(k)
	}
	return n
}

func edgeKeys(n int) (keys []keyspace.Key) {
	for _, e := range edges() {
		keys = append(keys, parts(e.key, n)...)
	}
	return keys
}

func checkNothingWritten(t *testing.T, c *redis.Client) {
	t.Helper()
	if info := c.Info(t.Context(), "keyspace").Val(); strings.Contains(info, "db") {
		t.Errorf("the server holds %s, want nothing", info)
	}
}

// TestRunKnowsWhatIsMissing: a server without a command takes all keys, or is
// refused by the name of the command while it is empty.
func TestRunKnowsWhatIsMissing(t *testing.T) {
	for _, row := range []struct {
		command string
		server  restore.Server
		instead bool // there is something that takes its place
	}{
		{"SET", full, false}, {"SETRANGE", full, false}, {"HSET", full, true}, {"RPUSH", full, false}, {"SADD", full, false},
		{"ZADD", full, false}, {"XADD", full, false}, {"PFADD", full, false}, {"PFMERGE", full, false}, {"DEL", full, false},
		{"XGROUP", full, false}, {"PEXPIREAT", full, true}, {"SELECT", full, false},
		{"XSETID", restore.Server{SetPXAT: true}, true}, {"XDEL", restore.Server{}, false}, {"XDEL", full, true},
		{"EXISTS", full, true}, {"TIME", full, true}, {"INFO", full, true}, {"WATCH", full, true}, {"COMMAND", full, true},
	} {
		for _, without := range []string{"", "MULTI"} { // without transactions there are other questions
			t.Run(fmt.Sprintf("%s %+v %s", row.command, row.server, without), func(t *testing.T) {
				args := []string{"--rename-command", row.command, ""}
				if without != "" {
					args = append(args, "--rename-command", without, "")
				}
				s := startServer(t, args...)
				keys := edgeKeys(2)
				opts := restore.Options{Server: row.server, Needs: needsOf(keys...), Now: time.Now, RunID: "a"}
				result, err := restore.Run(t.Context(), s.options(), seqOf(keys...), opts)
				if row.instead {
					if err != nil {
						t.Fatalf("Run = %v", err)
					}
					if row.command == "HSET" || row.command == "XSETID" {
						checkEdges(t, s, row.server)
					}
					if late := result.RelativeExpiry; (row.command == "PEXPIREAT") != (late != nil) {
						t.Errorf("expire times from now on: %+v", late)
					}
					return
				}
				if !errors.Is(err, restore.ErrTarget) || !errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), row.command) {
					t.Errorf("Run = %v, want ErrLacks with %s", err, row.command)
				}
				checkNothingWritten(t, s.client(t))
			})
		}
	}
}

// TestRunNamesEverythingThatIsMissing: not only the first.
func TestRunNamesEverythingThatIsMissing(t *testing.T) {
	s := startServer(t, "--rename-command", "XADD", "", "--rename-command", "PFADD", "")
	keys := edgeKeys(0)
	_, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...)})
	if !errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), "streams: XADD: ") || !strings.Contains(err.Error(), "HyperLogLogs: PFADD: ") {
		t.Errorf("Run = %v, want XADD and PFADD named", err)
	}
	// What the keys do not need may be missing.
	if _, err := restore.Run(t.Context(), s.options(), seqOf(lists(3)...), restore.Options{Server: full, Needs: needsOf(lists(3)...)}); err != nil {
		t.Errorf("Run = %v, want lists to come to a server without streams", err)
	}
}

// TestRunAsksForPermission: what the user may not do is found before anything is
// written, and so are the states in which a server refuses writes.
func TestRunAsksForPermission(t *testing.T) {
	for _, row := range []struct {
		name  string
		setup []any
		user  string
		want  string
	}{
		{"a command", []any{"ACL", "SETUSER", "u", "on", "nopass", "~*", "+@all", "-xadd"}, "u", "target: this user may not run what the keys need (NOPERM): XADD"},
		{"writing", []any{"ACL", "SETUSER", "u", "on", "nopass", "~*", "+@read", "+@connection", "+@transaction", "+info"}, "u", "target: this user may not run what the keys need (NOPERM): DEL, SET, "},
		{"other keys", []any{"ACL", "SETUSER", "u", "on", "nopass", "~other:*", "~" + restore.MarkerKey, "+@all"}, "u", "(NOPERM): DEL, SET, "},
		{"a replica", []any{"REPLICAOF", "127.0.0.1", "1"}, "", "refuses DEL: READONLY"},
		{"no replicas", []any{"CONFIG", "SET", "min-replicas-to-write", "1"}, "", "refuses DEL: NOREPLICAS"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t)
			newReader(t, s.client(t)).do(row.setup...)
			base := s.options()
			if row.user != "" {
				base.Username, base.Password = row.user, "x"
			}
			keys := edgeKeys(0)
			_, err := restore.Run(t.Context(), base, seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...), RunID: "a"})
			if !errors.Is(err, restore.ErrTarget) || errors.Is(err, restore.ErrForbidden) != (row.user != "") || errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("Run = %v, want it to say %q", err, row.want)
			}
			if word := restore.Code(err); row.user == "" && !strings.HasSuffix(row.want, ": "+word) {
				t.Errorf("Code = %q, want that of %q", word, row.want)
			}
			checkNothingWritten(t, s.client(t))
		})
	}
}

// TestRunTellsALackFromAPermission: both are named, each as what it is.
func TestRunTellsALackFromAPermission(t *testing.T) {
	s := startServer(t, "--rename-command", "PFADD", "")
	newReader(t, s.client(t)).do("ACL", "SETUSER", "u", "on", "nopass", "~*", "+@all", "-xadd")
	base := s.options()
	base.Username, base.Password = "u", "x"
	keys := edgeKeys(0)
	_, err := restore.Run(t.Context(), base, seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...)})
	if !errors.Is(err, restore.ErrLacks) || !errors.Is(err, restore.ErrForbidden) ||
		!strings.Contains(err.Error(), "the server lacks what the keys need: HyperLogLogs: PFADD: ") || !strings.HasSuffix(err.Error(), "(NOPERM): XADD") {
		t.Errorf("Run = %v, want PFADD missing and XADD forbidden", err)
	}
}

// TestRunAsksForXDel: a user who may run neither XSETID nor XDEL is no lack of the
// server.
func TestRunAsksForXDel(t *testing.T) {
	s := startServer(t)
	newReader(t, s.client(t)).do("ACL", "SETUSER", "u", "on", "nopass", "~*", "+@all", "-xdel", "-xsetid")
	base := s.options()
	base.Username, base.Password = "u", "x"
	keys := edgeKeys(0)
	server := full
	server.XSetID, server.MaxDeletedID = false, false
	_, err := restore.Run(t.Context(), base, seqOf(keys...), restore.Options{Server: server, Needs: needsOf(keys...)})
	if !errors.Is(err, restore.ErrForbidden) || errors.Is(err, restore.ErrLacks) || !strings.HasSuffix(err.Error(), "(NOPERM): XDEL") {
		t.Errorf("Run = %v, want XDEL forbidden", err)
	}
}

// oldServer is a server that answers some commands with an error, before anything
// else looks at them.
func oldServer(t *testing.T, refuse func(cmd string, args []string) string) *miniredis.Miniredis {
	t.Helper()
	m := miniredis.RunT(t)
	m.Server().SetPreHook(func(c *miniserver.Peer, cmd string, args ...string) bool {
		text := refuse(cmd, args)
		if text != "" {
			c.WriteError(text)
		}
		return text != ""
	})
	return m
}

// TestRunOnAServerWithOldHSET: HSET takes one pair before Redis 4.0, HMSET more.
func TestRunOnAServerWithOldHSET(t *testing.T) {
	m := oldServer(t, func(cmd string, args []string) string {
		if cmd == "HSET" && len(args) != 3 {
			return "ERR wrong number of arguments for 'hset' command"
		}
		return ""
	})
	k := keyspace.Key{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}}
	if _, err := restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, seqOf(k), restore.Options{Needs: needsOf(k)}); err != nil {
		t.Fatalf("Run = %v", err)
	}
	if m.HGet("h", "a") != "1" || m.HGet("h", "b") != "2" {
		t.Errorf("h = %q %q, want 1 2", m.HGet("h", "a"), m.HGet("h", "b"))
	}
}

// TestProbeDoesNotTrustTransactions: a server whose transactions check nothing, or
// that gives one up, is asked in another way, and nothing is written by asking.
func TestProbeDoesNotTrustTransactions(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer func(queued *bool, cmd string) (text string, isError bool)
	}{
		{"checks nothing", func(queued *bool, cmd string) (string, bool) {
			switch {
			case cmd == "MULTI":
				*queued = true
				return "OK", false
			case cmd == "DISCARD":
				*queued = false
				return "OK", false
			case *queued:
				return "QUEUED", false
			}
			return "", false
		}},
		{"gives up", func(queued *bool, cmd string) (string, bool) {
			switch cmd {
			case "MULTI":
				*queued = true
				return "OK", false
			case "DISCARD":
				return "ERR DISCARD without MULTI", true
			}
			return "", false
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := miniredis.RunT(t)
			queued := false
			m.Server().SetPreHook(func(c *miniserver.Peer, cmd string, _ ...string) bool {
				text, isError := row.answer(&queued, cmd)
				switch {
				case cmd == "XADD" && text == "":
					c.WriteError("ERR unknown command 'xadd'")
				case text == "":
					return false
				case isError:
					c.WriteError(text)
				default:
					c.WriteInline(text)
				}
				return true
			})
			k := keyspace.Key{Name: "s", Value: keyspace.Stream{Entries: []keyspace.Entry{entry(id(1, 0), "a", "b")}, LastID: id(1, 0)}}
			keys := append(lists(1), k)
			_, err := restore.Run(t.Context(), &redis.Options{Addr: m.Addr()}, seqOf(keys...), restore.Options{Needs: needsOf(keys...)})
			if !errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), "XADD") {
				t.Errorf("Run = %v, want ErrLacks with XADD", err)
			}
			if left := m.Keys(); len(left) > 0 {
				t.Errorf("the server holds %q, want nothing", left)
			}
		})
	}
}

// TestRunRefusesNamesOfTheStore: an elastickv takes keys of some names for its own
// rows, and has one database.
func TestRunRefusesNamesOfTheStore(t *testing.T) {
	for name, reserved := range map[string]bool{
		"!dist|meta|version": true, "!txn|ok|": true, "!redis|str|a": true, "!migstage|": true, "!s3route|x": true,
		"dist|meta": false, "!dist": false, "!other|a": false, "!|": false, "! |": false, "!redis admin|": false, "!Dist|a": false, "a!dist|": false,
	} {
		s := startServer(t)
		k := keyspace.Key{Name: name, Value: keyspace.String("v")}
		opts := restore.Options{Server: full, Needs: needsOf(k, k)}
		opts.Server.Elastickv = true
		_, err := restore.Run(t.Context(), s.options(), seqOf(k), opts)
		if errors.Is(err, restore.ErrReserved) != reserved || reserved && !strings.Contains(err.Error(), fmt.Sprintf("2 keys, the first of them %q", name)) {
			t.Errorf("%q: Run = %v, want a refusal: %v", name, err, reserved)
		}
		if reserved {
			checkNothingWritten(t, s.client(t))
		}
		opts.Server.Elastickv, opts.Replace = false, true
		if _, err := restore.Run(t.Context(), s.options(), seqOf(k), opts); err != nil {
			t.Errorf("%q: Run on a Redis = %v", name, err)
		}
	}
	s := startServer(t)
	nan := keyspace.Key{Name: "!txn|a", Value: keyspace.ZSet{{Name: "m", Score: math.NaN()}}}
	_, err := restore.Run(t.Context(), s.options(), seqOf(nan), restore.Options{Server: restore.Server{Elastickv: true}, Needs: needsOf(nan)})
	if !errors.Is(err, restore.ErrReserved) {
		t.Errorf("Run of a sorted set that no Redis can hold = %v, want a refusal", err)
	}
	k := keyspace.Key{DB: 1, Name: "a", Value: keyspace.String("v")}
	_, err = restore.Run(t.Context(), s.options(), seqOf(k), restore.Options{Server: restore.Server{Elastickv: true}, Needs: needsOf(k)})
	if !errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), "database 1") {
		t.Errorf("Run = %v, want a refusal of database 1", err)
	}
	checkNothingWritten(t, s.client(t))
}

// TestRunFindsTheLastDatabase: a database that the server does not have is found
// before a key of another is written.
func TestRunFindsTheLastDatabase(t *testing.T) {
	s := startServer(t, "--databases", "4")
	keys := []keyspace.Key{{Name: "a", Value: keyspace.String("v")}, {DB: 4, Name: "a", Value: keyspace.String("v")}}
	_, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Server: full, Needs: needsOf(keys...)})
	if !errors.Is(err, restore.ErrLacks) || !strings.Contains(err.Error(), "SELECT 4") {
		t.Errorf("Run = %v, want ErrLacks with SELECT 4", err)
	}
	checkNothingWritten(t, s.client(t))
}

// TestExpiredKeysNeedNothing: neither commands nor memory.
func TestExpiredKeysNeedNothing(t *testing.T) {
	s := startServer(t, "--rename-command", "XADD", "")
	k := keyspace.Key{Name: "s", Value: keyspace.Stream{Entries: []keyspace.Entry{entry(id(1, 0), "a", "b")}}, ExpireAt: keyspace.ExpireAtMs(5)}
	needs := restore.NewNeeds(5)
	needs.Add(k)
	if got, err := restore.Run(t.Context(), s.options(), seqOf(k), restore.Options{Server: full, Needs: needs, AsOfMs: 5}); err != nil || got.Expired != 1 {
		t.Errorf("Run = %+v, %v", got, err)
	}
}

// TestRelativeExpireTimes: without PEXPIREAT expire times are computed from the
// server's clock, and are late by no more than is said.
func TestRelativeExpireTimes(t *testing.T) {
	for _, row := range []struct {
		name   string
		rename []string
		ahead  time.Duration // of our clock
		local  bool
	}{
		{"clock of the server", nil, time.Hour, false},
		{"local clock", []string{"--rename-command", "TIME", ""}, 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t, append([]string{"--rename-command", "PEXPIREAT", ""}, row.rename...)...)
			const far = 4102444800123
			keys := []keyspace.Key{
				{Name: "l", Value: keyspace.List{"a"}, ExpireAt: keyspace.ExpireAtMs(far)},
				{Name: "past", Value: keyspace.List{"a"}, ExpireAt: keyspace.ExpireAtMs(1)},
			}
			needs := restore.NewNeeds(0)
			for _, k := range keys {
				needs.Add(k)
			}
			got, err := restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{
				Server: restore.Server{XSetID: true}, Needs: needs, Now: func() time.Time { return time.Now().Add(row.ahead) },
			})
			if err != nil || got.RelativeExpiry == nil {
				t.Fatalf("Run = %+v, %v", got, err)
			}
			r := newReader(t, s.client(t))
			at := r.do("PEXPIRETIME", "l").(int64)
			if late := at - far; late < 0 || late > got.RelativeExpiry.LateMs || got.RelativeExpiry.Keys != 2 || got.RelativeExpiry.LocalClock != row.local {
				t.Errorf("late by %d ms, %+v", late, got.RelativeExpiry)
			}
			if r.do("EXISTS", "past") != int64(0) {
				t.Errorf("a key of 1970 exists")
			}
			_, err = restore.Run(t.Context(), s.options(), seqOf(keys...), restore.Options{Needs: needs, Replace: true})
			if !errors.Is(err, restore.ErrLacks) {
				t.Errorf("Run without a clock = %v, want ErrLacks", err)
			}
		})
	}
}
