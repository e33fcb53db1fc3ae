package main

import (
	"fmt"
	"math"
	"strconv"

	"redrill/verify"
)

// edit is one change of a live server and the one difference it must cause.
type edit struct {
	name     string
	commands [][]any
	kind     verify.Kind
	key      string
	path     string // after the path of the key
}

// setX brings what XADD and XDEL change besides the entries of x back to what
// the snapshot says.
var setX = []any{"XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0"}

func cmd(args ...any) []any       { return args }
func cmds(all ...[]any) [][]any   { return all }
func afterX(all ...[]any) [][]any { return append(all, setX) }

// guaranteeEdits returns every kind of edit.
func guaranteeEdits() []edit {
	var all []edit
	for _, some := range [][]edit{
		keyEdits(), stringEdits(), hashEdits(), listEdits(), setEdits(), zsetEdits(), streamEdits(), hyperLogLogEdits(), expiryEdits(),
	} {
		all = append(all, some...)
	}
	return all
}

func keyEdits() []edit {
	edits := []edit{
		{"key extra", cmds(cmd("SET", "more\xff", "1")), verify.KindExtra, "more\xff", ""},
		{"key extra in another database", cmds(cmd("SET", "moved", "1"), cmd("MOVE", "moved", 3)), verify.KindExtra, "moved", ""},
		{"empty name extra", cmds(cmd("SADD", "", "1")), verify.KindExtra, "", ""},
		{"type of a string", cmds(cmd("DEL", "s"), cmd("RPUSH", "s", "hello")), verify.KindType, "s", "/type"},
		{"type of a hash", cmds(cmd("DEL", "h"), cmd("SET", "h", "a")), verify.KindType, "h", "/type"},
		{"type of a large list", cmds(cmd("DEL", "l-big"), cmd("SADD", "l-big", "0")), verify.KindType, "l-big", "/type"},
		{"type of a set", cmds(cmd("DEL", "t-int"), cmd("ZADD", "t-int", 1, "1", 2, "2", 3, "3")), verify.KindType, "t-int", "/type"},
		{"type of a sorted set", cmds(cmd("DEL", "z"), cmd("SADD", "z", "a", "b", "c")), verify.KindType, "z", "/type"},
		{"type of a stream", cmds(cmd("DEL", "x"), cmd("HSET", "x", "f", "a")), verify.KindType, "x", "/type"},
		{"type of a HyperLogLog", cmds(cmd("SET", "p", "abc")), verify.KindType, "p", "/type"},
	}
	for _, name := range []string{"s", "s-large", "h", "h-big", "l", "l-big", "t", "t-big", "z", "z-big", "x", "x-empty", "p", "p-big"} {
		edits = append(edits, edit{"key missing " + name, cmds(cmd("DEL", name)), verify.KindMissing, name, ""})
	}
	return edits
}

func stringEdits() []edit {
	return []edit{
		{"value byte", cmds(cmd("SETRANGE", "s", 1, "E")), verify.KindValue, "s", "/value@1"},
		{"value bit", cmds(cmd("SETBIT", "s", 39, 0)), verify.KindValue, "s", "/value@4"},
		{"value longer", cmds(cmd("APPEND", "s", "\x00")), verify.KindValue, "s", "/value@5"},
		{"value shorter", cmds(cmd("SET", "s", "hell")), verify.KindValue, "s", "/value@4"},
		{"value emptied", cmds(cmd("SET", "s", "")), verify.KindValue, "s", "/value@0"},
		{"binary byte", cmds(cmd("SETRANGE", "s\xff\x00", 4, "\xfd")), verify.KindValue, "s\xff\x00", "/value@4"},
		{"binary byte replaced as JSON would", cmds(cmd("SET", "s\xff\x00", "bin\x00\uFFFD\uFFFD")), verify.KindValue, "s\xff\x00", "/value@4"},
		{"last byte of a large value", cmds(cmd("SETRANGE", "s-large", 99_999, "x")), verify.KindValue, "s-large", "/value@99999"},
		{"byte in the middle of a large value", cmds(cmd("SETRANGE", "s-large", 65_536, "x")), verify.KindValue, "s-large", "/value@65536"},
	}
}

func hashEdits() []edit {
	return []edit{
		{"hash field value", cmds(cmd("HSET", "h", "a", "2")), verify.KindFieldValue, "h", `/field "a"/value@0`},
		{"hash field value to empty", cmds(cmd("HSET", "h", "b\xff", "")), verify.KindFieldValue, "h", `/field "b\xff"/value@0`},
		{"hash field missing", cmds(cmd("HDEL", "h", "c")), verify.KindFieldMissing, "h", `/field "c"`},
		{"hash field extra", cmds(cmd("HSET", "h", "n\x00", "")), verify.KindFieldExtra, "h", `/field "n\x00"`},
		{"large hash field value", cmds(cmd("HSET", "h-big", "m599", "m598")), verify.KindFieldValue, "h-big", `/field "m599"/value@3`},
		{"large hash field missing", cmds(cmd("HDEL", "h-big", "m000")), verify.KindFieldMissing, "h-big", `/field "m000"`},
		{"large hash field extra", cmds(cmd("HSET", "h-big", "new", "")), verify.KindFieldExtra, "h-big", `/field "new"`},
	}
}

func listEdits() []edit {
	return []edit{
		{"list order", cmds(cmd("LSET", "l", 0, "b"), cmd("LSET", "l", 1, "a")), verify.KindOrder, "l", "/element #0/value@0"},
		{"list reversed", cmds(cmd("DEL", "l"), cmd("LPUSH", "l", "a", "b", "c")), verify.KindOrder, "l", "/element #0/value@0"},
		{"large list rotated", cmds(cmd("RPOPLPUSH", "l-big", "l-big")), verify.KindOrder, "l-big", "/element #0/value@0"},
		{"list element", cmds(cmd("LSET", "l", 2, "x")), verify.KindValue, "l", "/element #2/value@0"},
		{"large list element", cmds(cmd("LSET", "l-big", 599, "x")), verify.KindValue, "l-big", "/element #599/value@0"},
		{"list shorter", cmds(cmd("RPOP", "l")), verify.KindLength, "l", "/length"},
		{"list longer", cmds(cmd("RPUSH", "l", "")), verify.KindLength, "l", "/length"},
		{"list doubled", cmds(cmd("RPUSH", "l", "a", "b", "c")), verify.KindLength, "l", "/length"},
		{"large list without its head", cmds(cmd("LPOP", "l-big")), verify.KindLength, "l-big", "/length"},
	}
}

func setEdits() []edit {
	return []edit{
		{"set member missing", cmds(cmd("SREM", "t", "")), verify.KindMemberMissing, "t", `/member ""`},
		{"set member extra", cmds(cmd("SADD", "t", "m\xfe")), verify.KindMemberExtra, "t", `/member "m\xfe"`},
		{"set of integers, member missing", cmds(cmd("SREM", "t-int", 2)), verify.KindMemberMissing, "t-int", `/member "2"`},
		{"set of integers, member extra", cmds(cmd("SADD", "t-int", -1)), verify.KindMemberExtra, "t-int", `/member "-1"`},
		{"large set member missing", cmds(cmd("SREM", "t-big", "m300")), verify.KindMemberMissing, "t-big", `/member "m300"`},
		{"large set member extra", cmds(cmd("SADD", "t-big", "m600")), verify.KindMemberExtra, "t-big", `/member "m600"`},
	}
}

func zsetEdits() []edit {
	ulp := func(score float64) string {
		return strconv.FormatFloat(math.Nextafter(score, math.Inf(1)), 'g', 17, 64)
	}
	return []edit{
		{"score by 1 ulp", cmds(cmd("ZADD", "z", ulp(0.1), "a")), verify.KindScore, "z", `/member "a"/score`},
		{"score in a skiplist by 1 ulp", cmds(cmd("ZADD", "z-big", ulp(599), "m599")), verify.KindScore, "z-big", `/member "m599"/score`},
		{"score to the smallest above 0", cmds(cmd("ZADD", "z-big", "5e-324", "m000")), verify.KindScore, "z-big", `/member "m000"/score`},
		{"infinite score", cmds(cmd("ZADD", "z", "+inf", "b")), verify.KindScore, "z", `/member "b"/score`},
		{"0 to -0 in a skiplist", cmds(cmd("ZREM", "z-big", "m000"), cmd("ZADD", "z-big", "-0", "m000")), verify.KindScore, "z-big", `/member "m000"/score`},
		{"-0 to 0 in a skiplist", cmds(cmd("ZREM", "z-big", "m001"), cmd("ZADD", "z-big", "0", "m001")), verify.KindScore, "z-big", `/member "m001"/score`},
		{"sorted set member missing", cmds(cmd("ZREM", "z", "c")), verify.KindMemberMissing, "z", `/member "c"`},
		{"sorted set member extra", cmds(cmd("ZADD", "z", 0, "")), verify.KindMemberExtra, "z", `/member ""`},
		{"skiplist member missing", cmds(cmd("ZREM", "z-big", "m599")), verify.KindMemberMissing, "z-big", `/member "m599"`},
		{"skiplist member extra", cmds(cmd("ZADD", "z-big", 0, "m600")), verify.KindMemberExtra, "z-big", `/member "m600"`},
	}
}

func streamEdits() []edit {
	first := func(fields ...any) [][]any { // x with another first entry
		return afterX(cmd("DEL", "x"), append(cmd("XADD", "x", "4-1"), fields...),
			cmd("XADD", "x", "4-2", "", ""), cmd("XADD", "x", "5-0", "f", "1", "g", "2"))
	}
	return []edit{
		{"stream field order", first("f", "b", "f", "a", "e", "z"), verify.KindEntryFields, "x", "/entry 4-1/field #0/value@0"},
		{"stream fields of other names", first("f", "a", "e", "z", "f", "b"), verify.KindEntryFields, "x", "/entry 4-1/field #1/name@0"},
		{"duplicate field collapsed", first("f", "b", "e", "z"), verify.KindEntryFields, "x", "/entry 4-1/field #0/value@0"},
		{"duplicate field dropped", first("f", "a", "e", "z"), verify.KindEntryFields, "x", "/entry 4-1/field #1/name@0"},
		{"field added", first("f", "a", "f", "b", "e", "z", "", ""), verify.KindEntryFields, "x", "/entry 4-1/fields"},
		{"entry missing", afterX(cmd("XDEL", "x", "4-2")), verify.KindEntryMissing, "x", "/entry 4-2"},
		{"first entry missing", afterX(cmd("XDEL", "x", "4-1")), verify.KindEntryMissing, "x", "/entry 4-1"},
		{"last entry missing", afterX(cmd("XDEL", "x", "5-0")), verify.KindEntryMissing, "x", "/entry 5-0"},
		{"entry extra", afterX(cmd("XSETID", "x", "5-0"), cmd("XADD", "x", "6-0", "a", "b")), verify.KindEntryExtra, "x", "/entry 6-0"},
		{"entry of an empty stream", cmds(cmd("DEL", "x-empty"), cmd("XADD", "x-empty", "7-7", "a", "b")), verify.KindEntryExtra, "x-empty", "/entry 7-7"},
		{"last ID", cmds(cmd("XSETID", "x", "9-1", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0")), verify.KindLastID, "x", "/last_id"},
		{"last ID back", cmds(cmd("XSETID", "x", "5-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-0")), verify.KindLastID, "x", "/last_id"},
		{"last ID of an empty stream", cmds(cmd("XSETID", "x-empty", "7-8")), verify.KindLastID, "x-empty", "/last_id"},
		{"largest deleted ID", cmds(cmd("XSETID", "x", "9-0", "ENTRIESADDED", 1000, "MAXDELETEDID", "3-1")), verify.KindMaxDeletedID, "x", "/max_deleted_id"},
		{"consumer group", cmds(cmd("XGROUP", "CREATE", "x", "g", "0")), verify.KindGroupExtra, "x", `/group "g"`},
	}
}

func hyperLogLogEdits() []edit {
	return []edit{
		{"HyperLogLog register", cmds(cmd("PFADD", "p", "d")), verify.KindRegister, "p", "/register #7292"},
		{"HyperLogLog register missing", cmds(cmd("DEL", "p"), cmd("PFADD", "p", "a", "b")), verify.KindRegister, "p", "/register #8436"},
		{"dense HyperLogLog register", cmds(cmd("PFADD", "p-big", "x")), verify.KindRegister, "p-big", "/register #16374"},
	}
}

// expiryEdits gives, takes and moves the expire time of a key of each type.
func expiryEdits() []edit {
	var edits []edit
	for _, k := range oneKeyPerType() {
		typ := k.Value.Type().String()
		name := typ + "-expires"
		edits = append(edits, edit{"expiry missing, " + typ, cmds(cmd("PERSIST", name)), verify.KindExpiryMissing, name, "/expire_at_ms"})
		for _, offMs := range []int64{1, -1, 3_600_000, -3_600_000} {
			edits = append(edits, edit{fmt.Sprintf("expiry off by %d ms, %s", offMs, typ),
				cmds(cmd("PEXPIREAT", name, farMs+offMs)), verify.KindExpiry, name, "/expire_at_ms"})
		}
	}
	for _, name := range []string{"s", "h-big", "l", "t-int", "z", "x-empty", "p"} {
		edits = append(edits, edit{"expiry extra, " + name, cmds(cmd("PEXPIREAT", name, int64(farMs))), verify.KindExpiryExtra, name, "/expire_at_ms"})
	}
	return edits
}
