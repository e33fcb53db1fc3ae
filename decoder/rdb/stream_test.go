package rdb_test

import (
	"bytes"
	"fmt"
	"testing"

	"redrill/decoder/rdb"
	"redrill/keyspace"
)

// node writes a node of a stream: its ID and a listpack of elements.
func node(ms, seq uint64, elements ...any) string {
	return fmt.Sprintf("str(u64be(%d) u64be(%d)) ", ms, seq) + lp(elements...) + " "
}

// entryX is an entry {f: x} at a distance, with the fields of its node.
func entryX(ms, seq int) []any { return []any{2, ms, seq, "x", 4} }

// nodeOf is a node at an ID with the field f and entries of it.
func nodeOf(ms, seq uint64, live, deleted int, entries ...[]any) string {
	all := []any{live, deleted, 1, "f", 0}
	for _, e := range entries {
		all = append(all, e...)
	}
	return node(ms, seq, all...)
}

func TestStreamRules(t *testing.T) {
	const typ = "0f" + k // length, last ID, no groups follow the nodes
	one := nodeOf(5, 1, 1, 0, entryX(0, 0))
	two := nodeOf(7, 0, 1, 0, entryX(0, 0))
	checkRules(t, []rule{
		{"one entry", "REDIS0009", typ + "01 " + one + "01 05 01 00", "k=stream[last=5-1 5-1:f=x]"},
		{"negative delta", "REDIS0009", typ + "01 " + nodeOf(5, 10, 2, 0, entryX(0, 0), entryX(1, -10)) + "02 06 00 00", "k=stream[last=6-0 5-10:f=x 6-0:f=x]"},
		{"nodes in another order", "REDIS0009", typ + "02 " + two + one + "02 07 00 00", "k=stream[last=7-0 5-1:f=x 7-0:f=x]"},
		{"two nodes of one ID", "REDIS0009", typ + "02 " + one + one + "02 07 00 00", "! two nodes of the stream have the ID 5-1"},
		{"ID of a node", "REDIS0009", typ + "01 str(u64be(1)) " + lp(0, 0, 0, 0) + "00 07 00 00", "! the ID of a node has 8 bytes, not 16"},
		{"live too many", "REDIS0009", typ + "01 " + nodeOf(5, 1, 2, 0, entryX(0, 0)) + "01 05 01 00", "! has 1 live and 0 deleted entries fewer than it says"},
		{"live too few", "REDIS0009", typ + "01 " + nodeOf(5, 1, 0, 0, entryX(0, 0)) + "01 05 01 00", "! has -1 live"},
		{"deleted too many", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 1, entryX(0, 0)) + "01 05 01 00", "! and 1 deleted"},
		{"deleted", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 1, []any{3, 0, 0, "x", 4}, entryX(0, 1)) + "01 05 02 00", "k=stream[last=5-2 5-2:f=x]"},
		{"all deleted", "REDIS0009", typ + "01 " + nodeOf(5, 1, 0, 1, []any{3, 0, 0, "x", 4}) + "00 05 01 00", "k=stream[last=5-1]"},
		{"own fields", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{0, 0, 0, 2, "a", 1, "a", 2, 8}) + "01 05 01 00", "k=stream[last=5-1 5-1:a=1:a=2]"},
		{"no fields", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{0, 0, 0, 0, 4}) + "01 05 01 00", "! has no field"},
		{"flags", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{6, 0, 0, "x", 4}) + "01 05 01 00", "! an entry has the flags \"6\""},
		{"flags as text", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{"y", 0, 0, "x", 4}) + "01 05 01 00", "! an entry has the flags \"y\""},
		{"pieces", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{2, 0, 0, "x", 5}) + "01 05 01 00", "! has 4 pieces and says that it has 5"},
		{"pieces of own fields", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{0, 0, 0, 1, "a", 1, 5}) + "01 05 01 00", "! has 6 pieces and says that it has 5"},
		{"cut entry", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{2, 0, 0}) + "01 05 01 00", "! ends within an entry"},
		{"cut before the pieces", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{2, 0, 0, "x"}) + "01 05 01 00", "! ends before the pieces"},
		{"text for a number", "REDIS0009", typ + "01 " + node(5, 1, "x", 0, 0, 0) + "01 05 01 00", "! \"x\" is not a number (live entries)"},
		{"negative number", "REDIS0009", typ + "01 " + node(5, 1, 0, -1, 0, 0) + "01 05 01 00", "! -1 deleted entries"},
		{"end of the names", "REDIS0009", typ + "01 " + node(5, 1, 0, 0, 1, "f", 1) + "01 05 01 00", "! 1 instead of 0 behind the names"},
		{"claimed names", "REDIS0009", typ + "01 " + node(5, 1, 0, 0, 100, "f", 0) + "01 05 01 00", "! claims 100 fields in"},
		{"claimed fields", "REDIS0009", typ + "01 " + nodeOf(5, 1, 1, 0, []any{0, 0, 0, 100, "a", 1, 6}) + "01 05 01 00", "! claims 100 fields in"},
		{"entries out of order", "REDIS0009", typ + "01 " + nodeOf(5, 1, 2, 0, entryX(0, 1), entryX(0, 0)) + "02 05 02 00", "! entry 5-1 after 5-2"},
		{"an entry twice", "REDIS0009", typ + "01 " + nodeOf(5, 1, 2, 0, entryX(0, 0), entryX(0, 0)) + "02 05 02 00", "! entry 5-1 after 5-1"},
		{"entries out of order across nodes", "REDIS0009", typ + "02 " + nodeOf(5, 1, 3, 0, entryX(0, 0), entryX(1, 0), entryX(9, 0)) + two + "04 3f 00 00", "! entry 7-0 after 14-1"},
		{"entry 0-0", "REDIS0009", typ + "01 " + nodeOf(0, 0, 1, 0, entryX(0, 0)) + "01 05 01 00", "! an entry has the ID 0-0"},
		{"length", "REDIS0009", typ + "01 " + one + "05 05 01 00", "k=stream[last=5-1 5-1:f=x] ! counter:"},
		{"last ID behind", "REDIS0009", typ + "01 " + one + "01 05 00 00", "k=stream[last=5-0 5-1:f=x] ! last ID 5-0, largest entry 5-1"},
		{"last ID above", "REDIS0009", typ + "01 " + one + "01 06 00 00", "k=stream[last=6-0 5-1:f=x]"},
		{"first ID", "REDIS0010", "13" + k + "01 " + one + "01 05 01 05 01 03 00 09 00", "k=stream[last=5-1 added=9 deleted=3-0 5-1:f=x]"},
		{"another first ID", "REDIS0010", "13" + k + "01 " + one + "01 05 01 04 01 03 00 09 00", "k=stream[last=5-1 added=9 deleted=3-0 first=4-1 5-1:f=x]"},
		{"no nodes", "REDIS0010", "13" + k + "00 00 05 01 00 00 03 00 09 00", "k=stream[last=5-1 added=9 deleted=3-0]"},
	})
}

func TestGroupRules(t *testing.T) {
	const head = "15" + k + "00 00 05 01 00 00 00 00 09 "
	const head27 = "1b" + k + "00 00 05 01 00 00 00 00 09 "
	const idmp = " 01 01 00 00 00"
	const id = " u64be(5) u64be(1) "
	const pend = id + "i64le(77) 02 "
	const bob = ` str("bob") i64le(1) i64le(-1) `
	checkRules(t, []rule{
		{"group", "REDIS0011", head + `01 str("g") 04 00 03 01` + pend + "01" + bob + "01" + id,
			"k=stream[last=5-1 added=9 deleted=0-0 group g last=4-0 read=3 consumer bob seen=1 active=-1 pending 5-1 of bob at 77 2 times]"},
		{"unknown read", "REDIS0011", head + `01 str("g") 04 00 81 ff ff ff ff ff ff ff ff 00 00`, "k=stream[last=5-1 added=9 deleted=0-0 group g last=4-0 read=none]"},
		{"type 19", "REDIS0010", "13" + k + "00 00 05 01 00 00 00 00 09 " + `01 str("g") 04 00 03 00 01 str("bob") i64le(1) 00`,
			"k=stream[last=5-1 added=9 deleted=0-0 group g last=4-0 read=3 consumer bob seen=1 active=none]"},
		{"type 15", "REDIS0009", "0f" + k + `00 00 05 01 01 str("g") 04 00 00 01 str("bob") i64le(1) 00`,
			"k=stream[last=5-1 group g last=4-0 read=none consumer bob seen=1 active=none]"},
		{"unowned", "REDIS0011", head + `01 str("g") 04 00 03 01` + pend + "00", "! nobody owns the pending entry 5-1"},
		{"owned twice", "REDIS0011", head + `01 str("g") 04 00 03 01` + pend + "02" + bob + "01" + id + `str("al") i64le(1) i64le(1) 01` + id, "! belongs to \"bob\" and to \"al\""},
		{"owned twice by one", "REDIS0011", head + `01 str("g") 04 00 03 01` + pend + "01" + bob + "02" + id + id, "! belongs to \"bob\" and to \"bob\""},
		{"owned and not pending", "REDIS0011", head + `01 str("g") 04 00 03 00 01` + bob + "01" + id, "! owns the entry 5-1, which is not pending"},
		{"pending twice", "REDIS0011", head + `01 str("g") 04 00 03 02` + pend + pend + "01" + bob + "01" + id, "! pending entry 5-1 occurs twice"},
		{"group twice", "REDIS0011", head + `02 str("g") 04 00 03 00 00 str("g") 04 00 03 00 00`, "! group \"g\" occurs twice"},
		{"consumer twice", "REDIS0011", head + `01 str("g") 04 00 03 00 02` + bob + "00" + bob + "00", "! consumer \"bob\" occurs twice"},
		{"given back", "REDIS0014", head27 + `01 str("g") 04 00 03 01` + pend + "00 01" + id + idmp, "k=stream[last=5-1 added=9 deleted=0-0 group g last=4-0 read=3 pending 5-1 of none at 77 2 times]"},
		{"given back and owned", "REDIS0014", head27 + `01 str("g") 04 00 03 01` + pend + "01" + bob + "01" + id + "01" + id + idmp, "! was given back and has an owner"},
		{"given back and unknown", "REDIS0014", head27 + `01 str("g") 04 00 03 00 00 01` + id + idmp, "! was given back and is not pending"},
		{"given back twice", "REDIS0014", head27 + `01 str("g") 04 00 03 01` + pend + "00 02" + id + id + idmp, "! was given back twice"},
		{"order of groups", "REDIS0011", head + `02 str("h") 04 00 03 00 00 str("g") 04 00 03 00 00`, "k=stream[last=5-1 added=9 deleted=0-0 group g last=4-0 read=3 group h last=4-0 read=3]"},
		{"producers' limits", "REDIS0013", "1a" + k + "00 00 05 01 00 00 00 00 09 00 80 u32be(86400) 80 u32be(10000) 00 00 00", "k=stream[last=5-1 added=9 deleted=0-0]"},
		{"no duration", "REDIS0013", "1a" + k + "00 00 05 01 00 00 00 00 09 00 00 01 00 00 00", "! remembered for 0 seconds and 1 entries"},
		{"no entries", "REDIS0013", "1a" + k + "00 00 05 01 00 00 00 00 09 00 01 00 00 00 00", "! remembered for 1 seconds and 0 entries"},
		{"duration", "REDIS0013", "1a" + k + "00 00 05 01 00 00 00 00 09 00 80 u32be(86401) 01 00 00 00", "! remembered for 86401 seconds"},
		{"entries", "REDIS0013", "1a" + k + "00 00 05 01 00 00 00 00 09 00 01 80 u32be(10001) 00 00 00", "! and 10001 entries"},
		{"producer twice", "REDIS0013", "1a" + k + `00 00 05 01 00 00 00 00 09 00 01 01 02 str("p") 00 str("p") 00 00 00`, "! producer \"p\" occurs twice"},
	})
}

func TestArrayRules(t *testing.T) {
	const typ = "1c" + k
	checkRules(t, []rule{
		{"tags", "REDIS0014", typ + `04 00 00 00 str("s") 01 01 i64le(-5) 02 02 f64le(3) 03 03 str("1234567")`, "k=array[0=s 1=-5 2=3.0 3=1234567]"},
		{"floats", "REDIS0014", typ + `07 00 00 02 f64le(1e300) 01 02 f64le(-0.5) 02 02 f64le(1e-10) 03 02 f64le(Inf) 04 02 f64le(12.25) 05 02 f64le(1.5e300) 06 02 f64le(-2.5e-10)`,
			"k=array[0=1e+300 1=-0.5 2=1e-10 3=inf 4=12.25 5=1.5e+300 6=-2.5e-10]"},
		{"cursor", "REDIS0014", typ + `01 01 05 00 00 str("s")`, "k=array[0=s next=6]"},
		{"out of order", "REDIS0014", typ + `03 00 05 00 str("s") 01 00 str("t") 03 00 str("u")`, "k=array[1=t 3=u 5=s]"},
		{"index twice", "REDIS0014", typ + `03 00 01 00 str("s") 01 00 str("t") 03 00 str("u")`, "k=array[1=t 3=u] ! the later one counts"},
		{"largest index", "REDIS0014", typ + `01 00 81 u64be(18446744073709551614) 00 str("s")`, "k=array[18446744073709551614=s]"},
		{"index too large", "REDIS0014", typ + `01 00 81 u64be(18446744073709551615) 00 str("s")`, "! the largest is one less"},
		{"short string too long", "REDIS0014", typ + `01 00 00 03 str("12345678")`, "! a short element has 8 bytes"},
		{"empty", "REDIS0014", typ + `00 00`, "! an array without an element"},
	})
}

func TestModuleRules(t *testing.T) {
	checkRules(t, []rule{
		{"name", "REDIS0011", "07" + k + "81 u64be(5035677737576115203) 00", "k=module:ReJSON-RL.3 of 1"},
		{"parts", "REDIS0011", "07" + k + `81 u64be(5035677737576115203) 01 81 ff ff ff ff ff ff ff ff 02 05 03 00 00 00 00 04 f64le(1) 05 c0 05 00`, "k=module:ReJSON-RL.3 of 30"},
		{"zero", "REDIS0011", "07" + k + "00 00", "k=module:AAAAAAAAA.0 of 1"},
	})
}

// TestProducersAreCounted: once for each stream that remembers any, also for one in two
// parts, which is read twice.
func TestProducersAreCounted(t *testing.T) {
	entries := "01 " + nodeOf(5, 1, 2, 0, entryX(0, 0), entryX(0, 1)) + "02 05 02 "
	stream := func(name, producers string) string {
		return `1a str("` + name + `") ` + entries + "00 00 00 00 09 00 01 01 " + producers + " 00 00\n"
	}
	file := fileOf(t, "REDIS0013", stream("none", "00")+stream("one", `01 str("p") 00`)+stream("two", `02 str("p") 00 str("q") 00`))
	for elements, want := range []int{3, 6} {
		src, err := rdb.Open(bytes.NewReader(file), int64(len(file)), rdb.Options{Part: keyspace.PartLimit{Elements: elements, Bytes: 1 << 20}})
		if err != nil {
			t.Fatal(err)
		}
		parts := 0
		for _, err := range src.Keys(nil) {
			if err != nil {
				t.Fatal(err)
			}
			parts++
		}
		if n := src.Counted()[keyspace.NoteProducers]; n != 2 || parts != want {
			t.Errorf("%d streams with producers in %d parts, want 2 in %d", n, parts, want)
		}
	}
}
