package rdblayout

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"redrill/fuzz/rdbtest"
	"redrill/keyspace"
)

func (b *builder) drawString(p *rdbtest.Pen, name string) keyspace.Value {
	all := []string{b.Bytes("string")}
	if b.oneIn(2) {
		b.spiced(all)
	}
	b.begin(p, 0, name)
	p.Str(all[0])
	return keyspace.String(all[0])
}

func (b *builder) drawList(p *rdbtest.Pen, name string) keyspace.Value {
	v, _ := b.Value(keyspace.TypeList).(keyspace.List)
	b.spiced(v)
	switch typ := among[byte](b, 1, 10, 14, 14, 18, 18); typ {
	case 1:
		b.begin(p, typ, name)
		p.Strs(v...)
	case 10:
		b.begin(p, typ, name)
		p.Str(string(p.Ziplist(rdbtest.Texts(v...)...)))
	case 14:
		b.begin(p, typ, name)
		p.Quicklist(b.nodes(v)...)
	case 18:
		b.begin(p, typ, name)
		p.Quicklist2(b.nodes(v)...)
	}
	return v
}

// nodes cuts a list into nodes, some of them empty.
func (b *builder) nodes(v []string) (nodes [][]string) {
	for len(v) > 0 || b.oneIn(5) {
		n := b.r.IntN(len(v) + 1)
		if n == 0 {
			b.Feature("node: empty")
		}
		nodes, v = append(nodes, v[:n]), v[n:]
	}
	return nodes
}

func (b *builder) drawSet(p *rdbtest.Pen, name string) keyspace.Value {
	v, _ := b.Value(keyspace.TypeSet).(keyspace.Set)
	if len(v) > 0 && b.oneIn(3) {
		numbers := b.numbers(len(v))
		v = v[:0]
		for _, n := range numbers {
			v = append(v, strconv.FormatInt(n, 10))
		}
		slices.Sort(v)
		b.begin(p, 11, name)
		p.Str(string(p.Intset(numbers...)))
		return v
	}
	b.spiced(v)
	stored := b.shuffled(v)
	slices.Sort(v)
	types := []byte{2}
	if b.knows(11) {
		types = append(types, 20)
	}
	switch typ := among(b, types...); typ {
	case 2:
		b.begin(p, typ, name)
		p.Strs(stored...)
	case 20:
		b.begin(p, typ, name)
		p.Str(string(p.Listpack(rdbtest.Texts(stored...)...)))
	}
	return v
}

// shuffled returns the elements in another order.
func (b *builder) shuffled(v []string) []string {
	v = slices.Clone(v)
	b.r.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
	return v
}

func (b *builder) drawZSet(p *rdbtest.Pen, name string) keyspace.Value {
	v, _ := b.Value(keyspace.TypeZSet).(keyspace.ZSet)
	names := make([]string, len(v))
	for i := range v {
		names[i] = v[i].Name
	}
	b.spiced(names)
	for i := range v {
		v[i].Name = names[i]
		if math.IsNaN(v[i].Score) { // no file has one
			v[i].Score = float64(b.number())
		}
	}
	stored := slices.Clone(v)
	slices.SortFunc(stored, func(a, b keyspace.Member) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(v, func(a, b keyspace.Member) int { return cmp.Compare(a.Name, b.Name) })
	switch typ := among[byte](b, 3, 5, 12, 17); typ {
	case 3:
		b.begin(p, typ, name)
		p.TextScores(stored...)
	case 5:
		slices.Reverse(stored)
		b.begin(p, typ, name)
		p.Scores(stored...)
	case 12:
		b.begin(p, typ, name)
		p.Str(string(p.Ziplist(p.ScoredItems(stored...)...)))
	case 17:
		b.begin(p, typ, name)
		p.Str(string(p.Listpack(p.ScoredItems(stored...)...)))
	}
	return v
}

func (b *builder) drawArray(p *rdbtest.Pen, k *keyspace.Key) keyspace.Value {
	values := []string{b.Bytes("element")}
	values = append(values, b.Distinct("array")...)
	b.spiced(values)
	values[0] = among(b, values[0], "3.0", "-2.5", "0.001")
	v := keyspace.Array{}
	used := map[uint64]bool{}
	for _, s := range values {
		i := among[uint64](b, 0, 1, 2, 7, 63, 64, 1<<14, 1<<32, 1<<40, 1<<63, 1<<64-2)
		if !used[i] {
			used[i] = true
			v.Cells = append(v.Cells, keyspace.Cell{Index: i, Value: s})
		}
	}
	var inserted keyspace.Optional[uint64]
	if b.oneIn(2) {
		b.Feature("array: with an insert position")
		at := among[uint64](b, 0, 5, 1<<63)
		inserted, v.Next = keyspace.Some(at), keyspace.Some(at+1)
	}
	slices.SortFunc(v.Cells, func(a, b keyspace.Cell) int { return cmp.Compare(a.Index, b.Index) })
	stored := slices.Clone(v.Cells)
	if b.oneIn(4) {
		b.Feature("array: in another order")
		slices.Reverse(stored)
	}
	if b.oneIn(4) {
		b.Feature("array: an index twice")
		twice := stored[len(stored)-1].Index
		stored = append([]keyspace.Cell{{Index: twice, Value: "hidden"}}, stored...)
		element := strconv.FormatUint(twice, 10)
		b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: keyspace.NoteDuplicate, DB: k.DB, Name: k.Name, Type: keyspace.TypeArray, Element: &element})
	}
	b.begin(p, 28, k.Name)
	p.Array(inserted, stored...)
	return v
}

const moduleType = 7

func (b *builder) drawOpaque(p *rdbtest.Pen, name string) keyspace.Value {
	module := among(b, "ReJSON-RL", "MBbloom--", "vectorset", "AAAAAAAAA", "---------")
	version := among(b, 0, 1, 1023)
	b.begin(p, moduleType, name)
	p.Len(rdbtest.ModuleID(module, version))
	before := len(p.Bytes())
	p.Parts(b.parts()...)
	return keyspace.Opaque{Kind: "module:" + module + "." + strconv.Itoa(version), Size: int64(len(p.Bytes()) - before)}
}
