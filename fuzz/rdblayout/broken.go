package rdblayout

import (
	"encoding/binary"
	"math"

	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

// fault is a value that cannot be read, with a length that says where it ends.
type fault struct {
	name  string
	typ   byte
	value func(p *rdbtest.Pen)
}

// brokenKey draws a key that cannot be read. What is behind it can.
func (b *builder) brokenKey(db int, name string) {
	types := []keyspace.Type{keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet}
	if b.wide() {
		types = append(types, keyspace.TypeStream, keyspace.TypeStream) // older files have none
	}
	n := 0
	for _, t := range types {
		n += len(faultsOf(t))
	}
	n = b.r.IntN(n)
	var t keyspace.Type
	for _, t = range types {
		if n < len(faultsOf(t)) {
			break
		}
		n -= len(faultsOf(t))
	}
	f := faultsOf(t)[n]
	attributes, _ := b.attributes()
	p := b.pen()
	b.Feature("broken: " + f.name)
	b.begin(p, f.typ, name)
	f.value(p)
	b.keys = append(b.keys, stored{db, attributes, p.Bytes()})
	b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: keyspace.NoteUnreadable, DB: db, Name: name, Type: t})
}

// blob writes a packed blob as a string.
func blob(b []byte) func(*rdbtest.Pen) { return func(p *rdbtest.Pen) { p.Str(string(b)) } }

// listpackOf is a listpack of which something is changed.
func listpackOf(change func(b []byte) []byte, items ...string) func(*rdbtest.Pen) {
	return func(p *rdbtest.Pen) {
		b := new(rdbtest.Pen).Listpack(rdbtest.Texts(items...)...)
		if change != nil {
			b = change(b)
		}
		p.Str(string(b))
	}
}

// ziplistOf is the same of a ziplist.
func ziplistOf(change func(b []byte) []byte, items ...string) func(*rdbtest.Pen) {
	return func(p *rdbtest.Pen) {
		b := new(rdbtest.Pen).Ziplist(rdbtest.Texts(items...)...)
		if change != nil {
			b = change(b)
		}
		p.Str(string(b))
	}
}

// set16 returns what sets two bytes.
func set16(at int, n uint16) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.LittleEndian.PutUint16(b[at:], n)
		return b
	}
}

// set returns what sets a byte, from behind if at is negative.
func set(at int, to byte) func([]byte) []byte {
	return func(b []byte) []byte {
		if at < 0 {
			at += len(b)
		}
		b[at] = to
		return b
	}
}

func cutEnd(b []byte) []byte { return b[:len(b)-1] }
func longer(b []byte) []byte { return append(b, 0) }

// faultsOf returns the faults of values of a type.
func faultsOf(t keyspace.Type) []fault {
	switch t {
	case keyspace.TypeString:
		return []fault{
			{"LZF too short", 0, func(p *rdbtest.Pen) { p.Raw(0xC3, 2, 5, 0, 'a') }},
			{"LZF too long", 0, func(p *rdbtest.Pen) { p.Raw(0xC3, 3, 1, 1, 'a', 'b') }},
			{"LZF from before the beginning", 0, func(p *rdbtest.Pen) { p.Raw(0xC3, 4, 4, 0, 'a', 0x20, 5) }},
			{"LZF that ends early", 0, func(p *rdbtest.Pen) { p.Raw(0xC3, 2, 3, 5, 'a') }},
		}
	case keyspace.TypeHash:
		return hashFaults()
	case keyspace.TypeList:
		return listFaults()
	case keyspace.TypeSet:
		return setFaults()
	case keyspace.TypeZSet:
		return zsetFaults()
	case keyspace.TypeStream:
		return streamFaults()
	case keyspace.TypeArray, keyspace.TypeOpaque, keyspace.TypeHyperLogLog:
	}
	return nil
}

func hashFaults() []fault {
	return []fault{
		{"field twice in type 4", 4, func(p *rdbtest.Pen) { p.Pairs([2]string{"a", "1"}, [2]string{"b", ""}, [2]string{"a", "2"}) }},
		{"field twice in a listpack", 16, listpackOf(nil, "a", "1", "a", "2")},
		{"field twice in a ziplist", 13, ziplistOf(nil, "a", "1", "a", "2")},
		{"odd listpack", 16, listpackOf(nil, "a", "1", "b")},
		{"odd ziplist", 13, ziplistOf(nil, "a", "1", "b")},
		{"zipmap without pairs", 9, blob([]byte{0, 0xFF})},
		{"zipmap without end", 9, blob([]byte{1, 1, 'a', 1, 0, 'b'})},
		{"field twice in a zipmap", 9, blob([]byte{2, 1, 'a', 1, 0, 'b', 1, 'a', 1, 0, 'c', 0xFF})},
		{"zipmap cut", 9, blob([]byte{1, 5, 'a', 0xFF})},
	}
}

func listFaults() []fault {
	return []fault{
		{"list in a ziplist with a wrong previous length", 10, ziplistOf(set(13, 9), "a", "b")},
		{"ziplist with an unknown encoding", 10, ziplistOf(set(11, 0xFF), "a", "b")},
		{"ziplist with a wrong size", 10, ziplistOf(set(0, 200), "a", "b")},
		{"ziplist with a wrong count", 10, ziplistOf(set16(8, 7), "a", "b")},
		{"ziplist with a wrong tail", 10, ziplistOf(set(4, 10), "a", "b")},
		{"ziplist without end", 10, ziplistOf(cutEnd, "a", "b")},
		{"quicklist with a broken ziplist", 14, func(p *rdbtest.Pen) {
			p.Len(2)
			ziplistOf(nil, "a")(p)
			ziplistOf(set(11, 0xFF), "a")(p)
		}},
		{"quicklist with a broken listpack", 18, func(p *rdbtest.Pen) {
			p.Len(2)
			p.Len(rdbtest.Packed)
			listpackOf(set16(4, 5), "a")(p)
			p.Len(rdbtest.Packed)
			listpackOf(nil, "a")(p)
		}},
		{"empty plain node", 18, func(p *rdbtest.Pen) {
			p.Len(1)
			p.Len(rdbtest.Plain)
			p.Str("")
		}},
		{"unknown container of a node", 18, func(p *rdbtest.Pen) {
			p.Len(1)
			p.Len(3)
			p.Str("a")
		}},
	}
}

func setFaults() []fault {
	return []fault{
		{"member twice in type 2", 2, func(p *rdbtest.Pen) { p.Strs("a", "b", "a") }},
		{"member twice in a listpack", 20, listpackOf(nil, "a", "b", "a")},
		{"number twice in a listpack", 20, listpackOf(nil, "1", "2", "1")},
		{"intset not ascending", 11, blob(rdbtest.IntsetAs(2, 2, 1))},
		{"number twice in an intset", 11, blob(rdbtest.IntsetAs(4, 1, 1))},
		{"intset without numbers", 11, blob(rdbtest.IntsetAs(2))},
		{"intset of a width of 3", 11, blob([]byte{3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0})},
		{"intset longer than it says", 11, blob(longer(rdbtest.IntsetAs(2, 1)))},
		{"intset shorter than it says", 11, blob(cutEnd(rdbtest.IntsetAs(8, 1)))},
		{"listpack with a wrong count", 20, listpackOf(set16(4, 3), "a", "b")},
		{"listpack with a wrong size", 20, listpackOf(set(0, 99), "a", "b")},
		{"listpack with an unknown encoding", 20, listpackOf(set(6, 0xF5), "a", "b")},
		{"listpack with a wrong backlen", 20, listpackOf(set(8, 3), "a", "b")},
		{"listpack without end", 20, listpackOf(set(-1, 0), "a", "b")},
		{"listpack that is too short", 20, blob([]byte{6, 0, 0, 0, 0, 0})},
	}
}

func zsetFaults() []fault {
	one := func(x float64) keyspace.Member { return keyspace.Member{Name: "a", Score: x} }
	return []fault{
		{"NaN in type 3", 3, func(p *rdbtest.Pen) { p.TextScores(one(math.NaN())) }},
		{"NaN in type 5", 5, func(p *rdbtest.Pen) { p.Scores(one(math.NaN())) }},
		{"NaN in a listpack", 17, listpackOf(nil, "a", "nan")},
		{"NaN in a ziplist", 12, ziplistOf(nil, "a", "nan")},
		{"score that is no number", 17, listpackOf(nil, "a", "x")},
		{"member twice in type 3", 3, func(p *rdbtest.Pen) { p.TextScores(one(1), one(2)) }},
		{"member twice in type 5", 5, func(p *rdbtest.Pen) { p.Scores(one(1), one(2)) }},
		{"member twice in a scored listpack", 17, listpackOf(nil, "a", "1", "a", "2")},
		{"scored listpack that is odd", 17, listpackOf(nil, "a", "1", "b")},
		{"scored ziplist that is odd", 12, ziplistOf(nil, "a", "1", "b")},
	}
}

// streamOf writes a stream of type 21 with one entry, 1-0.
func streamOf(change func(items []rdbtest.Item) []rdbtest.Item, nodes int, groups ...func(p *rdbtest.Pen)) func(*rdbtest.Pen) {
	return func(p *rdbtest.Pen) {
		node := rdbtest.Node{Key: keyspace.ID{Ms: 1}, Names: []string{"f"}, Events: []rdbtest.Event{{
			Entry: keyspace.Entry{ID: keyspace.ID{Ms: 1}, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}},
		}}}
		items := new(rdbtest.Pen).Items(node)
		if change != nil {
			items = change(items)
		}
		p.Len(uint64(nodes))
		for range nodes {
			key := new(rdbtest.Pen)
			key.RawID(1, 0)
			p.Str(string(key.Bytes()))
			p.Str(string(p.Listpack(items...)))
		}
		p.StreamHead(rdbtest.Stream3, rdbtest.StreamHead{Length: 1, Last: keyspace.ID{Ms: 1}, First: keyspace.ID{Ms: 1}, Added: 1})
		p.Len(uint64(len(groups)))
		for _, write := range groups {
			write(p)
		}
	}
}

func streamFaults() []fault {
	number := func(at int, n int64) func([]rdbtest.Item) []rdbtest.Item {
		return func(items []rdbtest.Item) []rdbtest.Item {
			items[at] = rdbtest.Int(n)
			return items
		}
	}
	group := func(g keyspace.Group) func(*rdbtest.Pen) {
		return func(p *rdbtest.Pen) { p.Group(rdbtest.Stream3, g) }
	}
	pending := keyspace.Pending{ID: keyspace.ID{Ms: 1}, Owner: keyspace.Some("c"), Deliveries: 1}
	consumer := keyspace.Consumer{Name: "c"}
	return []fault{
		{"stream node with too few entries", 21, streamOf(number(0, 2), 1)},
		{"stream node with too many entries", 21, streamOf(number(0, 0), 1)},
		{"stream node with a wrong number of deleted entries", 21, streamOf(number(1, 1), 1)},
		{"stream entry with a wrong number of pieces", 21, streamOf(number(9, 3), 1)},
		{"stream node twice", 21, streamOf(nil, 2)},
		{"pending entry that nobody owns", 21, streamOf(nil, 1, group(keyspace.Group{Name: "g", Pending: []keyspace.Pending{pending}}))},
		{"group twice", 21, streamOf(nil, 1, group(keyspace.Group{Name: "g"}), group(keyspace.Group{Name: "g"}))},
		{"consumer twice", 21, streamOf(nil, 1, group(keyspace.Group{Name: "g", Consumers: []keyspace.Consumer{consumer, consumer}}))},
		{"pending entry of two consumers", 21, streamOf(nil, 1, func(p *rdbtest.Pen) {
			p.Str("g")
			p.ID(keyspace.ID{})
			p.Len(0)
			p.Len(1)
			p.RawID(1, 0)
			p.Ms(5)
			p.Len(1)
			p.Len(2)
			for _, name := range []string{"c", "d"} {
				p.Str(name)
				p.Ms(1)
				p.Ms(1)
				p.Len(1)
				p.RawID(1, 0)
			}
		})},
		{"consumer with an entry that is not pending", 21, streamOf(nil, 1, func(p *rdbtest.Pen) {
			p.Str("g")
			p.ID(keyspace.ID{})
			p.Len(0)
			p.Len(0)
			p.Len(1)
			p.Str("c")
			p.Ms(1)
			p.Ms(1)
			p.Len(1)
			p.RawID(1, 0)
		})},
	}
}
