package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

// Times of the snapshots that tests write.
const (
	commitMs = 1_700_000_000_000 // last commit
	farMs    = 4_102_444_800_123 // an expire time in 2100
	pastMs   = 1_600_000_000_000 // an expire time in 2020
)

var commitTS = fsmtest.HLC(commitMs, 0)

// snapshots are the snapshots that scripts can write, by name.
var snapshots = map[string]func() []byte{
	"types":      func() []byte { return nodeSnapshot(oneOfEachType()...) },
	"store":      func() []byte { return nodeSnapshot() },
	"unreadable": func() []byte { return nodeSnapshot(append(oneOfEachType(), shortMeta("bad\xff"))...) },
	"unrepresentable": func() []byte {
		return nodeSnapshot(fsmtest.ZSet("scores").Member("nan", math.NaN()), fsmtest.ZSet("scores").Member("one", 1))
	},
	"expired": func() []byte {
		return nodeSnapshot(fsmtest.String("gone").RowExpiring("v", pastMs), fsmtest.String("here").Row("v"))
	},
	"allexpired": func() []byte {
		return nodeSnapshot(fsmtest.String("gone").RowExpiring("v", pastMs), fsmtest.String("too").RowExpiring("w", pastMs))
	},
	"large": func() []byte {
		random := rand.NewChaCha8([32]byte{})
		value := make([]byte, 1000) // bytes that do not compress
		var rows []fsmtest.Row
		for i := range 3000 {
			_, _ = random.Read(value) // never fails
			rows = append(rows, fsmtest.String(strconv.Itoa(i)).Row(string(value)))
		}
		return nodeSnapshot(rows...)
	},
	"trimmed": func() []byte {
		return nodeSnapshot(fsmtest.String("expiring").RowExpiring("v", farMs), fsmtest.TTL("expiring", farMs), fsmtest.Hash("hash").Field("f", "1"),
			fsmtest.Hash("hash").Field("g", "2"), fsmtest.Hash("hash").Meta8(2), fsmtest.Stream("trimmed").Meta24(0, keyspace.ID{Ms: 9, Seq: 9}))
	},
	"never used": func() []byte {
		return nodeSnapshot(fsmtest.String("a").Row("v"), fsmtest.Stream("unused").Meta24(0, keyspace.ID{}))
	},
	"reserved": func() []byte {
		return nodeSnapshot(fsmtest.String("a").Row("v"), fsmtest.String("!dist|meta|version").Row("v"))
	},
	"drained": func() []byte { return nodeSnapshot(fsmtest.Hash("drained").Meta8(0)) },
	"unresolved": func() []byte {
		row := fsmtest.String("locked").Row("v")
		return nodeSnapshot(row, fsmtest.TxnLock(row.Key, row.Key, commitTS, commitTS+1<<16))
	},
	"unknown": func() []byte {
		return nodeSnapshot(fsmtest.String("k").Row("v"), fsmtest.OtherRow("!zz-top_1|", "x", "y"))
	},
	"unknown-list": func() []byte {
		return nodeSnapshot(fsmtest.String("k").Row("v"), fsmtest.OtherRow("!lst|gamma|", "x", "y"))
	},
	"encrypted": func() []byte {
		r := fsmtest.String("k").Row("v").At(commitTS)
		r.Flags = 0x02
		return fsmtest.Snapshot(fsmtest.Node(commitTS), r)
	},
	"no-footer": func() []byte {
		c := fsmtest.Node(commitTS)
		c.NoFooter = true
		return fsmtest.Snapshot(c, fsmtest.At(commitTS, oneOfEachType()...)...)
	},
	"unprotected": func() []byte {
		return fsmtest.Snapshot(fsmtest.Container{LastCommitTS: commitTS, NoFooter: true}, fsmtest.At(commitTS, oneOfEachType()...)...)
	},
	"descending": func() []byte {
		c := fsmtest.Node(commitTS)
		c.KeepOrder = true
		return fsmtest.Snapshot(c, fsmtest.String("b").Row("").At(commitTS), fsmtest.String("a").Row("").At(commitTS))
	},
	"wrong-footer": func() []byte { return fsmtest.WrongFooter(nodeSnapshot(oneOfEachType()...)) },
	"sst": func() []byte {
		return fsmtest.SSTIngest(fsmtest.Wrapper{Version: 1, CeilingMs: commitMs}, `{"version":1}`, []byte("tables"))
	},
	"mvcc": func() []byte {
		return fsmtest.MVCCStreaming(fsmtest.Wrapper{Version: 1, CeilingMs: commitMs}, commitTS, fsmtest.String("k").Row("v"))
	},
	"oracle":  func() []byte { return fsmtest.OracleCeiling(commitMs) },
	"token":   func() []byte { return fsmtest.Token(7, 1) },
	"wrapper": func() []byte { return fsmtest.Replace(nodeSnapshot(), 7, "9") },
}

// nodeSnapshot returns a snapshot with rows as a node writes it.
func nodeSnapshot(rows ...fsmtest.Row) []byte {
	records := slices.Concat(fsmtest.MetaRecords(commitTS, 42), fsmtest.At(commitTS, rows...))
	return fsmtest.Snapshot(fsmtest.Node(commitTS), records...)
}

// shortMeta returns the meta row of a hash that is a byte too short to be read.
func shortMeta(name string) fsmtest.Row {
	row := fsmtest.Hash(name).Meta8(1)
	row.Body = row.Body[:7]
	return row
}

// oneOfEachType returns the rows of seven keys, named for their types, and of a
// string that expires.
func oneOfEachType() []fsmtest.Row {
	first, second := keyspace.ID{Ms: 1, Seq: 1}, keyspace.ID{Ms: 2}
	rows := []fsmtest.Row{
		fsmtest.String("string").Row("bin\x00\xff"),
		fsmtest.String("expiring").RowExpiring("v", farMs),
		fsmtest.TTL("expiring", farMs),
		fsmtest.Hash("hash").Field("f", "1"), fsmtest.Hash("hash").Field("g", "2"), fsmtest.Hash("hash").Meta8(2),
		fsmtest.List("list").Meta24(0, 3, 3),
		fsmtest.Set("set").Member("a"), fsmtest.Set("set").Member("b"), fsmtest.Set("set").Meta8(2),
		fsmtest.Stream("stream").Meta24(2, keyspace.ID{Ms: 9}),
		fsmtest.Stream("stream").Entry(keyspace.Entry{ID: first, Pairs: []keyspace.Pair{{Field: "f", Value: "a"}, {Field: "f", Value: "b"}}}),
		fsmtest.Stream("stream").Entry(keyspace.Entry{ID: second, Pairs: []keyspace.Pair{{Field: "", Value: ""}}}),
		fsmtest.HyperLogLog("hyperloglog").Row("a", "b", "c"),
	}
	for i, e := range strings.Split("x y x", " ") {
		rows = append(rows, fsmtest.List("list").Item(int64(i), e))
	}
	for m, score := range map[string]float64{"a": 0.1, "b": math.Inf(1), "c": -2} {
		rows = append(rows, fsmtest.ZSet("zset").Member(m, score), fsmtest.ZSet("zset").Score(m, score))
	}
	return append(rows, fsmtest.ZSet("zset").Meta8(3))
}
