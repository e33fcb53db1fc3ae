package verify

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// edit is one change of the live state and the one difference it must cause.
type edit struct {
	name     string
	commands [][]any
	want     string // kind, key, path
}

func editsOfSample() []edit {
	cmds := func(c ...[]any) [][]any { return c }
	c := func(args ...any) []any { return args }
	return []edit{
		{"string byte", cmds(c("SETRANGE", "s", 1, "E")), `value|s|key "s"/value@1`},
		{"string longer", cmds(c("APPEND", "s", "!")), `value|s|key "s"/value@5`},
		{"string far longer", cmds(c("APPEND", "s", string(make([]byte, 300_000)))), `value|s|key "s"/value@5`},
		{"string emptied", cmds(c("SET", "s", "")), `value|s|key "s"/value@0`},
		{"binary byte", cmds(c("SETRANGE", "s\xff\x00", 4, "\xfe")), `value|` + "s\xff\x00" + `|key "s\xff\x00"/value@4`},
		{"large string last byte", cmds(c("SETRANGE", "s-large", 99_999, "x")), `value|s-large|key "s-large"/value@99999`},
		{"large string cut", cmds(c("SET", "s-large", string(make([]byte, 50_000)))), `value|s-large|key "s-large"/value@50000`},
		{"key missing", cmds(c("DEL", "h")), `missing|h|key "h"`},
		{"large key missing", cmds(c("DEL", "l-big")), `missing|l-big|key "l-big"`},
		{"hyperloglog missing", cmds(c("DEL", "p")), `missing|p|key "p"`},
		{"key extra", cmds(c("SET", "more\xff", "1")), "extra|more\xff|" + `key "more\xff"`},
		{"key extra in another database", cmds(c("SET", "s-moved", "1"), c("MOVE", "s-moved", 3)), `extra|s-moved|key "s-moved"`},
		{"type changed", cmds(c("DEL", "h"), c("RPUSH", "h", "a")), `type|h|key "h"/type`},
		{"type of a string changed", cmds(c("DEL", "s"), c("RPUSH", "s", "hello")), `type|s|key "s"/type`},
		{"type of a large set changed", cmds(c("DEL", "t-big"), c("SET", "t-big", "a")), `type|t-big|key "t-big"/type`},
		{"type of a hyperloglog changed", cmds(c("SET", "p", "a")), `type|p|key "p"/type`},
		{"type of a hyperloglog to hash", cmds(c("DEL", "p"), c("HSET", "p", "a", "b")), `type|p|key "p"/type`},
		{"type of a stream changed", cmds(c("DEL", "x"), c("HSET", "x", "a", "b")), `type|x|key "x"/type`},
		{"list order", cmds(c("LSET", "l", 0, "b"), c("LSET", "l", 1, "a")), `order|l|key "l"/element #0/value@0`},
		{"list rotated", cmds(c("RPOPLPUSH", "l-big", "l-big")), `order|l-big|key "l-big"/element #0/value@1`},
		{"list element", cmds(c("LSET", "l", 2, "x")), `value|l|key "l"/element #2/value@0`},
		{"list element far longer", cmds(c("LSET", "l", 0, string(make([]byte, 9000)))), `value|l|key "l"/element #0/value@0`},
		{"list shorter", cmds(c("LPOP", "l-big")), `length|l-big|key "l-big"/length`},
		{"list longer", cmds(c("RPUSH", "l-big", "e")), `length|l-big|key "l-big"/length`},
		{"list longer in front", cmds(c("LPUSH", "l", "e")), `length|l|key "l"/length`},
		{"hash value", cmds(c("HSET", "h", "a", "2")), `field_value|h|key "h"/field "a"/value@0`},
		{"hash value far longer", cmds(c("HSET", "h-big", "m007", string(make([]byte, 100_000)))), `field_value|h-big|key "h-big"/field "m007"/value@0`},
		{"hash field missing", cmds(c("HDEL", "h", "b\xff")), `field_missing|h|key "h"/field "b\xff"`},
		{"hash field extra", cmds(c("HSET", "h", "n\x00", "2")), `field_extra|h|key "h"/field "n\x00"`},
		{"large hash field extra", cmds(c("HSET", "h-big", "new", "2")), `field_extra|h-big|key "h-big"/field "new"`},
		{"set member missing", cmds(c("SREM", "t", "")), `member_missing|t|key "t"/member ""`},
		{"set member extra", cmds(c("SADD", "t", "n")), `member_extra|t|key "t"/member "n"`},
		{"intset member extra", cmds(c("SADD", "t-int", "4")), `member_extra|t-int|key "t-int"/member "4"`},
		{"large set member extra", cmds(c("SADD", "t-big", "n")), `member_extra|t-big|key "t-big"/member "n"`},
		{"score by one ulp", cmds(c("ZADD", "z", "0.10000000000000002", "a")), `score|z|key "z"/member "a"/score`},
		{"infinite score", cmds(c("ZADD", "z", "inf", "b")), `score|z|key "z"/member "b"/score`},
		{"score to -0 in a skiplist", cmds(c("ZREM", "z-zero", "m000"), c("ZADD", "z-zero", "-0", "m000")), `score|z-zero|key "z-zero"/member "m000"/score`},
		{"score of -0 to 0 in a skiplist", cmds(c("ZADD", "z-zero", "1", "m001"), c("ZADD", "z-zero", "0", "m001")), `score|z-zero|key "z-zero"/member "m001"/score`},
		{"sorted set member missing", cmds(c("ZREM", "z", "c")), `member_missing|z|key "z"/member "c"`},
		{"sorted set member extra", cmds(c("ZADD", "z-big", "1", "n")), `member_extra|z-big|key "z-big"/member "n"`},
		{"entry missing", cmds(c("XDEL", "x", "1-2"), c("XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0")), `entry_missing|x|key "x"/entry 1-2`},
		{"last entry missing", cmds(c("XDEL", "x", "5-0"), c("XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0")), `entry_missing|x|key "x"/entry 5-0`},
		{"entry extra", cmds(c("XSETID", "x", "5-0"), c("XADD", "x", "6-0", "a", "b"), c("XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0")), `entry_extra|x|key "x"/entry 6-0`},
		{"last id", cmds(c("XSETID", "x", "9-1", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0")), `last_id|x|key "x"/last_id`},
		{"last id of an empty stream", cmds(c("XSETID", "x-empty", "7-8", "ENTRIESADDED", 1000, "MAXDELETEDID", "0-0")), `last_id|x-empty|key "x-empty"/last_id`},
		{"largest deleted id", cmds(c("XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-1")), `max_deleted_id|x|key "x"/max_deleted_id`},
		{"a consumer group of a stream without", cmds(c("XGROUP", "CREATE", "x", "g\xff", "0")), `group_extra|x|key "x"/group "g\xff"`},
		{"a consumer group of an empty stream", cmds(c("XGROUP", "CREATE", "x-empty", "g", "$")), `group_extra|x-empty|key "x-empty"/group "g"`},
		{"hyperloglog register", cmds(c("PFADD", "p", "d")), `hll_register|p|key "p"/register #7292`},
		{"hyperloglog count", cmds(c("SETRANGE", "p", "8", "\x09\x00\x00\x00\x00\x00\x00\x00")), `hll_register|p|key "p"/count`},
		{"expiry missing", cmds(c("PERSIST", "h-expires")), `expiry_missing|h-expires|key "h-expires"/expire_at_ms`},
		{"expiry extra", cmds(c("PEXPIREAT", "l", int64(farMs))), `expiry_extra|l|key "l"/expire_at_ms`},
		{"expiry off by 1 ms", cmds(c("PEXPIREAT", "s-expires", int64(farMs+1))), `expiry|s-expires|key "s-expires"/expire_at_ms`},
		{"expiry off by 1 h", cmds(c("PEXPIREAT", "h-expires", int64(farMs-3600_000))), `expiry|h-expires|key "h-expires"/expire_at_ms`},
	}
}

// streamEdits replaces the first entry of the stream x.
func streamEdits() []edit {
	rebuild := func(fields ...any) [][]any {
		return [][]any{
			{"DEL", "x"}, append([]any{"XADD", "x", "1-1"}, fields...), {"XADD", "x", "1-2", "", ""},
			{"XADD", "x", "5-0", "f", "1", "g", "2"}, {"XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0"},
		}
	}
	return []edit{
		{"field order", rebuild("f", "b", "f", "a", "e", "z"), `entry_fields|x|key "x"/entry 1-1/field #0/value@0`},
		{"field names swapped", rebuild("f", "a", "e", "z", "f", "b"), `entry_fields|x|key "x"/entry 1-1/field #1/name@0`},
		{"duplicate field collapsed", rebuild("f", "b", "e", "z"), `entry_fields|x|key "x"/entry 1-1/field #0/value@0`},
		{"field added", rebuild("f", "a", "f", "b", "e", "z", "e", "z"), `entry_fields|x|key "x"/entry 1-1/fields`},
		{"field value far longer", rebuild("f", "a", "f", "b", "e", string(make([]byte, 50_000))), `entry_fields|x|key "x"/entry 1-1/field #2/value@0`},
	}
}

func describe(d Difference) string {
	s := fmt.Sprintf("%s|%s|%s", d.Kind, string(d.Key), d.Path)
	if d.Offset != nil {
		s += "@" + strconv.FormatInt(*d.Offset, 10)
	}
	return s
}

// TestEdits makes every kind of edit on a live server and demands exactly one
// difference: of that kind, at that key and place.
func TestEdits(t *testing.T) {
	oldest := redis7
	oldest.MGet, oldest.GetRange, oldest.HMGet, oldest.SMIsMember, oldest.ZMScore = false, false, false, false, false
	for _, row := range []struct {
		name   string
		server Server
	}{
		{"redis 7", redis7},
		{"collections only as a whole", oldest},
	} {
		t.Run(row.name, func(t *testing.T) { testEdits(t, row.server) })
	}
}

func testEdits(t *testing.T, server Server) {
	t.Helper()
	keys := sampleKeys()
	zero := keyspace.ZSet{}
	for i := range 200 {
		zero = append(zero, keyspace.Member{Name: fmt.Sprintf("m%03d", i), Score: float64(i)})
	}
	s := startRedis(t)
	s.write(t, keyspace.Key{Name: "z-zero", Value: zero})
	zero[1].Score = negativeZero
	s.do(t, "ZADD", "z-zero", "-0", "m001")
	s.write(t, keys...)
	keys = append(keys, keyspace.Key{Name: "z-zero", Value: zero})
	// Edits are undone by copying each key back.
	for _, k := range keys {
		s.do(t, "COPY", k.Name, k.Name, "DB", 9)
	}
	for _, e := range append(editsOfSample(), streamEdits()...) {
		t.Run(e.name, func(t *testing.T) {
			for _, command := range e.commands {
				s.do(t, command...)
			}
			for _, row := range []struct{ size, protocol int }{{1_000_000, 2}, {1_000_000, 3}, {3, 2}} {
				t.Run(fmt.Sprintf("parts of %d, RESP%d", row.size, row.protocol), func(t *testing.T) {
					s.over(row.protocol).wantDifference(t, inTwoDatabases(keys, row.size), server, e.want)
				})
			}
			s.restoreCopies(t, keys)
		})
	}
}

// inTwoDatabases cuts the keys into parts of size elements, or a third of the
// key, and expects them in databases 0 and 9.
func inTwoDatabases(keys []keyspace.Key, size int) (parts []keyspace.Key) {
	for _, db := range []int{0, 9} {
		for _, k := range keys {
			k.DB = db
			parts = append(parts, keyspace.Split(k, max(1, size, min(50_000, k.Value.Len()/3)))...)
		}
	}
	return parts
}

func (s *testServer) wantDifference(t *testing.T, keys []keyspace.Key, server Server, want string) {
	t.Helper()
	res, diffs := s.verified(t, sliceSource{keys: keys}, Options{Connections: 2, Server: server})
	var got []string
	for _, d := range diffs {
		got = append(got, describe(d))
	}
	if diff := cmp.Diff([]string{want}, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if len(res.Invalid) > 0 {
		t.Errorf("invalid: %q", res.Invalid)
	}
	if got := res.Outcome(Allow{}); got != Different {
		t.Errorf("Outcome() = %v, want different", got)
	}
}

// restoreCopies brings database 0 back to what database 9 holds.
func (s *testServer) restoreCopies(tb testing.TB, keys []keyspace.Key) {
	tb.Helper()
	s.do(tb, "FLUSHDB")
	s.do(tb, "SWAPDB", 0, 9)
	for _, k := range keys {
		s.do(tb, "COPY", k.Name, k.Name, "DB", 9)
	}
	s.flush(tb, 3)
}
