package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// nodeEntries is how many elements a node of a list or a stream has, about as many as
// a server puts into one.
const nodeEntries = 100

// bigKeys write an RDB file of one key with n elements, n being a multiple of
// [nodeEntries].
var bigKeys = map[string]func(w *bufio.Writer, n int64) error{
	"hash": func(w *bufio.Writer, n int64) error {
		return bigValue(w, 4, n, n, func(p *rdbtest.Pen, i int64) { p.Str(elementName(i)); p.Str("value") })
	},
	"set": func(w *bufio.Writer, n int64) error {
		return bigValue(w, 2, n, n, func(p *rdbtest.Pen, i int64) { p.Str(elementName(i)) })
	},
	"zset": func(w *bufio.Writer, n int64) error {
		return bigValue(w, 5, n, n, func(p *rdbtest.Pen, i int64) { p.Str(elementName(i)); p.Double(float64(i)) })
	},
	"list": func(w *bufio.Writer, n int64) error {
		return bigValue(w, 18, n/nodeEntries, n/nodeEntries, func(p *rdbtest.Pen, node int64) {
			items := make([]rdbtest.Item, nodeEntries)
			for i := range items {
				items[i] = rdbtest.Text(elementName(node*nodeEntries + int64(i)))
			}
			p.Len(2) // packed
			p.Str(string(p.Listpack(items...)))
		})
	},
	"stream": bigStream,
}

func elementName(i int64) string { return fmt.Sprintf("element:%012d", i) }

// bigValue writes a key of a type with as many pieces as claimed.
func bigValue(w *bufio.Writer, typ byte, claimed, pieces int64, piece func(p *rdbtest.Pen, i int64)) error {
	p := &rdbtest.Pen{}
	p.Raw(rdbtest.Header(rdbtest.Redis, 11)...)
	p.Raw(typ)
	p.Str("big")
	p.Len(uint64(claimed))
	if _, err := w.Write(p.Bytes()); err != nil {
		return err
	}
	for i := range pieces {
		p := &rdbtest.Pen{}
		piece(p, i)
		if _, err := w.Write(p.Bytes()); err != nil {
			return err
		}
	}
	if typ == rdbtest.Stream1 {
		return nil // its head follows
	}
	return endFile(w)
}

// endFile ends a file that says that nobody computed its checksum.
func endFile(w *bufio.Writer) error {
	_, err := w.Write(rdbtest.AppendNoSum([]byte{rdbtest.OpEnd}))
	return err
}

func bigStream(w *bufio.Writer, n int64) error {
	id := func(i int64) keyspace.ID { return keyspace.ID{Ms: 1_700_000_000_000 + uint64(i)} }
	err := bigValue(w, rdbtest.Stream1, n/nodeEntries, n/nodeEntries, func(p *rdbtest.Pen, node int64) {
		at := rdbtest.Node{Key: id(node * nodeEntries), Names: []string{"f"}}
		for i := range int64(nodeEntries) {
			e := keyspace.Entry{ID: id(node*nodeEntries + i), Pairs: []keyspace.Pair{{Field: "f", Value: strconv.FormatInt(i, 10)}}}
			at.Events = append(at.Events, rdbtest.Event{Entry: e})
		}
		p.Node(at)
	})
	if err != nil {
		return err
	}
	p := &rdbtest.Pen{}
	p.StreamHead(rdbtest.Stream1, rdbtest.StreamHead{Length: uint64(n), Last: id(n - 1)})
	p.Len(0) // groups
	if _, err := w.Write(p.Bytes()); err != nil {
		return err
	}
	return endFile(w)
}

// rdbKeys names the types of which a file is decoded.
func rdbKeys(types string) (all []string) {
	for name := range strings.SplitSeq(types, ",") {
		all = append(all, strings.TrimSpace(name))
	}
	return all
}
