package restore_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
	"redrill/restore"
)

func TestCommands(t *testing.T) {
	const ms = "4102444800123"
	expire := keyspace.ExpireAtMs(farMs)
	for _, test := range []struct {
		name   string
		key    keyspace.Key
		server restore.Server
		want   []string // arguments joined by blanks
	}{
		{"string", keyspace.Key{Value: keyspace.String("v")}, full, []string{"SET k v"}},
		{"string expiring", keyspace.Key{Value: keyspace.String("v"), ExpireAt: expire}, full, []string{"SET k v PXAT " + ms}},
		{"string expiring without PXAT", keyspace.Key{Value: keyspace.String("v"), ExpireAt: expire}, restore.Server{}, []string{"SET k v", "PEXPIREAT k " + ms}},
		{"string expiring at 0", keyspace.Key{Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(0)}, full, []string{"SET k v", "PEXPIREAT k 0"}},
		{"string expiring before 1970", keyspace.Key{Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(-5)}, full, []string{"SET k v", "PEXPIREAT k -5"}},
		{"string expiring as late as can be", keyspace.Key{Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(math.MaxInt64)}, full, []string{"SET k v PXAT 9223372036854775807"}},
		{"string first part", keyspace.Key{Value: keyspace.String("v"), ExpireAt: expire, More: true}, full, []string{"SET k v"}},
		{"string last part", keyspace.Key{Value: keyspace.String("w"), ExpireAt: expire, Part: 1}, full, []string{"APPEND k w", "PEXPIREAT k " + ms}},
		{"string last part empty", keyspace.Key{Value: keyspace.String(""), Part: 1}, full, nil},
		{"hash", keyspace.Key{Value: keyspace.Hash{{Name: "f", Value: "v"}, {Name: "g"}}, ExpireAt: expire}, full, []string{"HSET k f v g ", "PEXPIREAT k " + ms}},
		{"hash first part", keyspace.Key{Value: keyspace.Hash{{Name: "f", Value: "v"}}, ExpireAt: expire, More: true}, full, []string{"HSET k f v"}},
		{"hash empty", keyspace.Key{Value: keyspace.Hash{}, ExpireAt: expire}, full, nil},
		{"list", keyspace.Key{Value: keyspace.List{"b", "a", "b"}}, full, []string{"RPUSH k b a b"}},
		{"list empty", keyspace.Key{Value: keyspace.List{}}, full, nil},
		{"set", keyspace.Key{Value: keyspace.Set{"a", "b"}}, full, []string{"SADD k a b"}},
		{"set empty", keyspace.Key{Value: keyspace.Set{}}, full, nil},
		{"zset", keyspace.Key{Value: keyspace.ZSet{{Name: "a", Score: 0.1}, {Name: "b", Score: math.Inf(1)}, {Name: "c", Score: math.Inf(-1)},
			{Name: "d", Score: math.Copysign(0, -1)}, {Name: "e"}, {Name: "f", Score: 5e-324}, {Name: "g", Score: -12}, {Name: "h", Score: 1 << 60}, {Name: "i", Score: math.NaN()}}},
			full, []string{"ZADD k 0.1 a inf b -inf c 1 d 0 e 5e-324 f -12 g 1.152921504606847e+18 h", "ZADD k -0 d"}},
		{"zset of NaN", keyspace.Key{Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}}, ExpireAt: expire}, full, nil},
		{"zset of NaN in an elastickv", keyspace.Key{Value: keyspace.ZSet{{Name: "a", Score: math.NaN()}, {Name: "b", Score: 1}}, ExpireAt: expire},
			restore.Server{Elastickv: true}, []string{"ZADD k NaN a 1 b", "PEXPIREAT k " + ms}},
		{"hyperloglog", keyspace.Key{Value: keyspace.HyperLogLog{"a", "b"}}, full, []string{"PFADD k a b"}},
		{"hyperloglog empty", keyspace.Key{Value: keyspace.HyperLogLog{}}, full, []string{"PFMERGE k k"}},
		{"stream", keyspace.Key{Value: keyspace.Stream{LastID: id(1, 2), Entries: []keyspace.Entry{entry(id(1, 1), "f", "a", "f", "b"), entry(id(1, 2), "", "")}}, ExpireAt: expire},
			full, []string{"XADD k 1-1 f a f b", "XADD k 1-2  ", "PEXPIREAT k " + ms}},
		{"stream with last ID", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), Entries: []keyspace.Entry{entry(id(1, 1), "f", "a")}}},
			full, []string{"XADD k 1-1 f a", "XSETID k 3-0"}},
		{"stream with deleted ID", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), MaxDeletedID: id(2, 0), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}},
			full, []string{"XADD k 3-0 f a", "XSETID k 3-0 MAXDELETEDID 2-0"}},
		{"stream with deleted ID above the last", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), MaxDeletedID: id(9, 0), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}},
			full, []string{"XADD k 3-0 f a", "XSETID k 3-0 MAXDELETEDID 3-0"}},
		{"stream without MAXDELETEDID", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), MaxDeletedID: id(2, 0), Entries: []keyspace.Entry{entry(id(1, 0), "f", "a")}}},
			restore.Server{XSetID: true}, []string{"XADD k 1-0 f a", "XSETID k 3-0"}},
		{"stream without XSETID", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), Entries: []keyspace.Entry{entry(id(1, 0), "f", "a")}}, ExpireAt: expire},
			restore.Server{}, []string{"XADD k 1-0 f a", "XADD k 3-0  ", "XDEL k 3-0", "PEXPIREAT k " + ms}},
		{"stream with last ID behind", keyspace.Key{Value: keyspace.Stream{LastID: id(1, 0), Entries: []keyspace.Entry{entry(id(2, 0), "f", "a")}}},
			full, []string{"XADD k 2-0 f a"}},
		{"stream first part", keyspace.Key{Value: keyspace.Stream{LastID: id(9, 0), Entries: []keyspace.Entry{entry(id(2, 0), "f", "a")}}, ExpireAt: expire, More: true},
			full, []string{"XADD k 2-0 f a"}},
		{"stream empty", keyspace.Key{Value: keyspace.Stream{LastID: id(1, 0)}},
			full, []string{"XGROUP CREATE k redrill $ MKSTREAM", "XGROUP DESTROY k redrill", "XSETID k 1-0"}},
		{"stream empty without XSETID", keyspace.Key{Value: keyspace.Stream{LastID: id(1, 0)}},
			restore.Server{}, []string{"XGROUP CREATE k redrill $ MKSTREAM", "XGROUP DESTROY k redrill", "XADD k 1-0  ", "XDEL k 1-0"}},
		{"hash with fields that expire", keyspace.Key{Value: keyspace.Hash{
			{Name: "a", Value: "1", ExpireAt: keyspace.ExpireAtMs(300)}, {Name: "b", Value: "2"}, {Name: "c", Value: "3", ExpireAt: keyspace.ExpireAtMs(200)},
			{Name: "d", Value: "4", ExpireAt: keyspace.ExpireAtMs(300)}}, ExpireAt: expire},
			newest, []string{"HSET k a 1 b 2 c 3 d 4", "HPEXPIREAT k 200 FIELDS 1 c", "HPEXPIREAT k 300 FIELDS 2 a d", "PEXPIREAT k " + ms}},
		{"hash with fields that expire, first part", keyspace.Key{Value: keyspace.Hash{{Name: "a", Value: "1", ExpireAt: keyspace.ExpireAtMs(300)}}, More: true},
			newest, []string{"HSET k a 1", "HPEXPIREAT k 300 FIELDS 1 a"}},
		{"hash with fields that expire, without HPEXPIREAT", keyspace.Key{Value: keyspace.Hash{{Name: "a", Value: "1", ExpireAt: keyspace.ExpireAtMs(300)}}},
			full, []string{"HSET k a 1"}},
		{"hash with fields that no HPEXPIREAT takes", keyspace.Key{Value: keyspace.Hash{{Name: "a", ExpireAt: keyspace.ExpireAtMs(1 << 46)},
			{Name: "b", ExpireAt: keyspace.ExpireAtMs(1<<46 - 1)}, {Name: "c", ExpireAt: keyspace.ExpireAtMs(-1)}, {Name: "d", ExpireAt: keyspace.ExpireAtMs(0)}}},
			newest, []string{"HSET k a  b  c  d ", "HPEXPIREAT k 0 FIELDS 1 d", "HPEXPIREAT k 70368744177663 FIELDS 1 b"}},
		{"array", keyspace.Key{Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 0, Value: "a"}, {Index: maxUint - 1, Value: ""}}, Next: keyspace.Some(uint64(maxUint))}, ExpireAt: expire},
			newest, []string{"ARMSET k 0 a 18446744073709551614 ", "ARSEEK k 18446744073709551615", "PEXPIREAT k " + ms}},
		{"array never inserted into", keyspace.Key{Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 3, Value: "a"}}}}, newest, []string{"ARMSET k 3 a"}},
		{"array first part", keyspace.Key{Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 3, Value: "a"}}, Next: keyspace.Some(uint64(4))}, More: true},
			newest, []string{"ARMSET k 3 a"}},
		{"array without commands", keyspace.Key{Value: keyspace.Array{Cells: []keyspace.Cell{{Index: 3, Value: "a"}}, Next: keyspace.Some(uint64(4))}, ExpireAt: expire}, full, nil},
		{"opaque", keyspace.Key{Value: keyspace.Opaque{Kind: "module:m.1", Size: 5}, ExpireAt: expire}, newest, nil},
		{"stream with counters", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), MaxDeletedID: id(2, 0), EntriesAdded: keyspace.Some(uint64(7)), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}},
			full, []string{"XADD k 3-0 f a", "XSETID k 3-0 ENTRIESADDED 7 MAXDELETEDID 2-0"}},
		{"stream with counters as they come", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), EntriesAdded: keyspace.Some(uint64(1)), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}},
			full, []string{"XADD k 3-0 f a"}},
		{"stream, last part", keyspace.Key{Value: keyspace.Stream{LastID: id(3, 0), EntriesAdded: keyspace.Some(uint64(1)), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}, Part: 1},
			full, []string{"XADD k 3-0 f a", "XSETID k 3-0 ENTRIESADDED 1"}},
		{"stream with fewer added than are there", keyspace.Key{Value: keyspace.Stream{LastID: id(4, 0), EntriesAdded: keyspace.Some(uint64(0)), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}},
			full, []string{"XADD k 3-0 f a", "XSETID k 4-0"}},
		{"stream with more added than can be told", keyspace.Key{Value: keyspace.Stream{EntriesAdded: keyspace.Some(uint64(1 << 63))}},
			full, []string{"XGROUP CREATE k redrill $ MKSTREAM", "XGROUP DESTROY k redrill"}},
		{"stream with as many added as can be told", keyspace.Key{Value: keyspace.Stream{EntriesAdded: keyspace.Some(uint64(1<<63 - 1))}},
			full, []string{"XGROUP CREATE k redrill $ MKSTREAM", "XGROUP DESTROY k redrill", "XSETID k 0-0 ENTRIESADDED 9223372036854775807"}},
		{"stream with counters before 7.0", keyspace.Key{Value: keyspace.Stream{LastID: id(4, 0), EntriesAdded: keyspace.Some(uint64(9)), Entries: []keyspace.Entry{entry(id(3, 0), "f", "a")}}},
			restore.Server{XSetID: true}, []string{"XADD k 3-0 f a", "XSETID k 4-0"}},
		{"groups", keyspace.Key{Value: grouped(), ExpireAt: expire}, full, []string{
			"XGROUP CREATE k a 5-0 MKSTREAM", "XGROUP CREATE k b 9-9",
			"XGROUP CREATECONSUMER k a idle", "XGROUP CREATECONSUMER k a x", "XGROUP CREATECONSUMER k b y",
			"XADD k 1-0  ", "XADD k 2-0  ", "XADD k 4-0  ",
			"XCLAIM k a x 0 1-0 4-0 TIME 1000 RETRYCOUNT 3 FORCE JUSTID", "XCLAIM k b y 0 2-0 TIME 1000 RETRYCOUNT 3 FORCE JUSTID", "XCLAIM k b y 0 4-0 TIME 1001 RETRYCOUNT 3 FORCE JUSTID",
			"XTRIM k MAXLEN 0", "XSETID k 0-0 ENTRIESADDED 8", "XGROUP SETID k a 5-0 ENTRIESREAD 8",
			"XADD k 1-0 f v", "XADD k 3-0 f v", "XSETID k 7-0 ENTRIESADDED 6 MAXDELETEDID 4-0", "PEXPIREAT k " + ms}},
		{"groups before 7.0", keyspace.Key{Value: grouped()}, restore.Server{XSetID: true, Groups: true, Consumers: true}, []string{
			"XGROUP CREATE k a 5-0 MKSTREAM", "XGROUP CREATE k b 9-9",
			"XGROUP CREATECONSUMER k a idle", "XGROUP CREATECONSUMER k a x", "XGROUP CREATECONSUMER k b y",
			"XADD k 1-0  ", "XADD k 2-0  ", "XADD k 4-0  ",
			"XCLAIM k a x 0 1-0 4-0 TIME 1000 RETRYCOUNT 3 FORCE JUSTID", "XCLAIM k b y 0 2-0 TIME 1000 RETRYCOUNT 3 FORCE JUSTID", "XCLAIM k b y 0 4-0 TIME 1001 RETRYCOUNT 3 FORCE JUSTID",
			"XTRIM k MAXLEN 0", "XSETID k 0-0",
			"XADD k 1-0 f v", "XADD k 3-0 f v", "XSETID k 7-0"}},
		{"groups without groups", keyspace.Key{Value: grouped()}, restore.Server{XSetID: true, MaxDeletedID: true}, []string{
			"XADD k 1-0 f v", "XADD k 3-0 f v", "XSETID k 7-0 ENTRIESADDED 6 MAXDELETEDID 4-0"}},
		{"consumer before 6.2", keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{{Name: "g", Consumers: []keyspace.Consumer{{Name: "c"}}}}}},
			restore.Server{XSetID: true, Groups: true}, []string{"XGROUP CREATE k g 0-0 MKSTREAM", "XREADGROUP GROUP g c COUNT 1 STREAMS k 0"}},
		{"group first part", keyspace.Key{Value: keyspace.Stream{LastID: id(5, 0), Groups: []keyspace.Group{{Name: "g"}}}, More: true},
			full, []string{"XGROUP CREATE k g 0-0 MKSTREAM"}},
		{"groups without counters", keyspace.Key{Value: keyspace.Stream{LastID: id(5, 0), Groups: []keyspace.Group{{Name: "g", Pending: []keyspace.Pending{{ID: id(1, 0), Owner: keyspace.Some("")}}}}}},
			full, []string{"XGROUP CREATE k g 0-0 MKSTREAM", "XADD k 1-0  ", "XCLAIM k g  0 1-0 TIME 0 RETRYCOUNT 0 FORCE JUSTID", "XTRIM k MAXLEN 0", "XSETID k 0-0 ENTRIESADDED 0", "XSETID k 5-0"}},
		{"groups with more added than fit into a digit", keyspace.Key{Value: keyspace.Stream{LastID: id(5, 0), EntriesAdded: keyspace.Some(uint64(12)), Groups: []keyspace.Group{{Name: "g", Pending: []keyspace.Pending{{ID: id(1, 0), Owner: keyspace.Some("")}}}}}},
			full, []string{"XGROUP CREATE k g 0-0 MKSTREAM", "XADD k 1-0  ", "XCLAIM k g  0 1-0 TIME 0 RETRYCOUNT 0 FORCE JUSTID", "XTRIM k MAXLEN 0", "XSETID k 0-0 ENTRIESADDED 12", "XSETID k 5-0"}},
		{"groups that read, of a stream that nobody counted", keyspace.Key{Value: keyspace.Stream{LastID: id(5, 0), Entries: []keyspace.Entry{entry(id(5, 0), "f", "v")},
			Groups: []keyspace.Group{{Name: "g", EntriesRead: keyspace.Some(uint64(1))}}}},
			full, []string{"XGROUP CREATE k g 0-0 MKSTREAM", "XSETID k 0-0 ENTRIESADDED 1", "XGROUP SETID k g 0-0 ENTRIESREAD 1", "XADD k 5-0 f v", "XSETID k 5-0 ENTRIESADDED 1"}},
		{"pending entries that no command makes", keyspace.Key{Value: keyspace.Stream{Groups: []keyspace.Group{{Name: "g", Pending: []keyspace.Pending{
			{Owner: keyspace.Some("c")}, {ID: id(1, 0), Owner: keyspace.Some("c"), DeliveredMs: -1, Deliveries: maxUint}, {ID: id(2, 0)}}}}}},
			full, []string{"XGROUP CREATE k g 0-0 MKSTREAM", "XADD k 1-0  ", "XCLAIM k g c 0 1-0 TIME 0 RETRYCOUNT 9223372036854775807 FORCE JUSTID", "XTRIM k MAXLEN 0", "XSETID k 0-0 ENTRIESADDED 0"}},
		{"stream never used", keyspace.Key{Value: keyspace.Stream{}}, full, []string{"XGROUP CREATE k redrill $ MKSTREAM", "XGROUP DESTROY k redrill"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.key.Name = "k"
			var got []string
			for _, c := range restore.Commands(test.key, test.server) {
				got = append(got, strings.Join(c.Args, " "))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Commands (-want +got):\n%s", diff)
			}
		})
	}
}

// grouped is a stream with two groups, whose pending entries may be gone.
func grouped() keyspace.Stream {
	pending := func(i keyspace.ID, owner string, ms int64) keyspace.Pending {
		return keyspace.Pending{ID: i, Owner: keyspace.Some(owner), DeliveredMs: ms, Deliveries: 3}
	}
	return keyspace.Stream{
		LastID: id(7, 0), MaxDeletedID: id(4, 0), EntriesAdded: keyspace.Some(uint64(6)),
		Groups: []keyspace.Group{
			{Name: "a", LastDeliveredID: id(5, 0), EntriesRead: keyspace.Some(uint64(8)), Consumers: []keyspace.Consumer{{Name: "idle"}, {Name: "x"}},
				Pending: []keyspace.Pending{pending(id(1, 0), "x", 1000), pending(id(4, 0), "x", 1000)}},
			{Name: "b", LastDeliveredID: id(9, 9), Consumers: []keyspace.Consumer{{Name: "y"}},
				Pending: []keyspace.Pending{pending(id(2, 0), "y", 1000), pending(id(4, 0), "y", 1001)}},
		},
		Entries: []keyspace.Entry{entry(id(1, 0), "f", "v"), entry(id(3, 0), "f", "v")},
	}
}

// TestCommandsAreBounded: variadic commands end at a count and at a number of
// bytes, keep the order, and always take one element.
func TestCommandsAreBounded(t *testing.T) {
	for _, test := range []struct {
		name  string
		value keyspace.List
		most  int // elements of a command
	}{
		{"many", make(keyspace.List, 5000), 1024},
		{"large", keyspace.List{strings.Repeat("a", 1<<20), "b", strings.Repeat("c", 100<<10), strings.Repeat("d", 100<<10), "e"}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got keyspace.List
			for i, c := range restore.Commands(keyspace.Key{Name: "k", Value: test.value}, full) {
				n := len(c.Args) - 2
				got = append(got, c.Args[2:]...)
				if n < 1 || n > test.most {
					t.Errorf("command %d has %d elements, want 1 to %d", i, n, test.most)
				}
				if want := (restore.Reply{Kind: restore.ReplyInt, N: int64(len(got))}); c.Reply != want {
					t.Errorf("reply of command %d = %+v, want %+v", i, c.Reply, want)
				}
			}
			if diff := cmp.Diff(test.value, got); diff != "" {
				t.Errorf("elements (-want +got):\n%.300s", diff)
			}
		})
	}
}

// TestCommandsHoldEveryElement: what does not fit into one variadic command goes
// into the next, for every type.
func TestCommandsHoldEveryElement(t *testing.T) {
	const n = 2500
	names := make([]string, n)
	var hash keyspace.Hash
	var zset keyspace.ZSet
	for i := range names {
		names[i] = fmt.Sprintf("%04d", i)
		hash = append(hash, keyspace.Field{Name: names[i], Value: "v"})
		zset = append(zset, keyspace.Member{Name: names[i], Score: 1})
	}
	for _, row := range []struct {
		value        keyspace.Value
		first, every int // arguments: the first element, and from one to the next
	}{
		{keyspace.List(names), 2, 1}, {keyspace.Set(names), 2, 1}, {keyspace.HyperLogLog(names), 2, 1},
		{hash, 2, 2}, {zset, 3, 2},
	} {
		t.Run(row.value.Type().String(), func(t *testing.T) {
			var got []string
			commands := restore.Commands(keyspace.Key{Name: "k", Value: row.value}, full)
			for _, c := range commands {
				for i := row.first; i < len(c.Args); i += row.every {
					got = append(got, c.Args[i])
				}
			}
			if diff := cmp.Diff(names, got); diff != "" || len(commands) < 3 {
				t.Errorf("%d commands, elements (-want +got):\n%.300s", len(commands), diff)
			}
		})
	}
}
