package rdbtest

import (
	"math"
	"strconv"

	"redrill/keyspace"
)

// Strs writes the number of strings and the strings: types 1 and 2.
func (p *Pen) Strs(all ...string) {
	p.Len(uint64(len(all)))
	for _, s := range all {
		p.Str(s)
	}
}

// Pairs writes the number of pairs and the pairs: type 4.
func (p *Pen) Pairs(all ...[2]string) {
	p.Len(uint64(len(all)))
	for _, pair := range all {
		p.Str(pair[0])
		p.Str(pair[1])
	}
}

// TextScores writes members with their scores as text: type 3.
func (p *Pen) TextScores(members ...keyspace.Member) {
	p.Len(uint64(len(members)))
	for _, m := range members {
		p.Str(m.Name)
		p.ScoreText(m.Score)
	}
}

// Scores writes members with binary scores: type 5.
func (p *Pen) Scores(members ...keyspace.Member) {
	p.Len(uint64(len(members)))
	for _, m := range members {
		p.Str(m.Name)
		p.Double(m.Score)
	}
}

// ScoredItems returns members, each followed by its score, as they stand in a
// packed blob: types 12 and 17.
func (p *Pen) ScoredItems(members ...keyspace.Member) (items []Item) {
	for _, m := range members {
		items = append(items, Text(m.Name), p.scoreItem(m.Score))
	}
	return items
}

func (p *Pen) scoreItem(x float64) Item {
	switch {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return Text(map[bool]string{true: "inf", false: "-inf"}[x > 0])
	case x == math.Trunc(x) && math.Abs(x) < 1<<53 && !(x == 0 && math.Signbit(x)):
		if p.choose("packed score", "number", "text") == "number" {
			return Int(int64(x))
		}
	}
	return Text(p.decimal(x))
}

// Quicklist writes nodes of ziplists: type 14.
func (p *Pen) Quicklist(nodes ...[]string) {
	p.Len(uint64(len(nodes)))
	for _, node := range nodes {
		p.Str(string(p.Ziplist(Texts(node...)...)))
	}
}

// The containers of a node of [Pen.Quicklist2].
const (
	Plain  = 1 // one element as it is
	Packed = 2 // a listpack of elements
)

// Quicklist2 writes nodes that are listpacks, or of one element: type 18.
func (p *Pen) Quicklist2(nodes ...[]string) {
	p.Len(uint64(len(nodes)))
	for _, node := range nodes {
		if len(node) == 1 && node[0] != "" && p.choose("node", "packed", "plain") == "plain" {
			p.Len(Plain)
			p.Str(node[0])
			continue
		}
		p.Len(Packed)
		p.Str(string(p.Listpack(Texts(node...)...)))
	}
}

// timeOf returns the expire time of a field, or otherwise.
func timeOf(f keyspace.Field, otherwise int64) int64 {
	if ms, ok := f.ExpireAt.Ms(); ok {
		return ms
	}
	return otherwise
}

// FieldsRC writes fields with absolute expire times, 0 for none: type 22 of REDIS.
func (p *Pen) FieldsRC(fields ...keyspace.Field) {
	p.Len(uint64(len(fields)))
	for _, f := range fields {
		p.Len(uint64(timeOf(f, 0)))
		p.Str(f.Name)
		p.Str(f.Value)
	}
}

// Triples returns fields as they stand in a packed blob, each as name, value and
// expire time, 0 for none: types 23 and 25 of REDIS.
func Triples(fields ...keyspace.Field) (items []Item) {
	for _, f := range fields {
		items = append(items, Text(f.Name), Text(f.Value), Int(timeOf(f, 0)))
	}
	return items
}

// Fields writes fields with expire times that count from minMs, which is at most
// the smallest: type 24 of REDIS.
func (p *Pen) Fields(minMs int64, fields ...keyspace.Field) {
	p.Ms(minMs)
	p.Len(uint64(len(fields)))
	for _, f := range fields {
		t := uint64(0)
		if ms, ok := f.ExpireAt.Ms(); ok {
			t = uint64(ms-minMs) + 1
		}
		p.Len(t)
		p.Str(f.Name)
		p.Str(f.Value)
	}
}

// FieldsValkey writes fields with absolute expire times behind them, −1 for none:
// type 22 of VALKEY.
func (p *Pen) FieldsValkey(fields ...keyspace.Field) {
	p.Len(uint64(len(fields)))
	for _, f := range fields {
		p.Str(f.Name)
		p.Str(f.Value)
		p.Ms(timeOf(f, -1))
	}
}

// The tags of an array's elements.
const (
	tagLong  = 0
	tagInt   = 1
	tagFloat = 2
	tagShort = 3
)

// Array writes cells in the given order; of equal indexes the later counts. ARINSERT
// wrote to the index inserted last, if it ever did: type 28 of REDIS.
func (p *Pen) Array(inserted keyspace.Optional[uint64], cells ...keyspace.Cell) {
	p.Len(uint64(len(cells)))
	if at, ok := inserted.Get(); ok {
		p.Len(1)
		p.Len(at)
	} else {
		p.Len(0)
	}
	for _, c := range cells {
		p.Len(c.Index)
		p.cell(c.Value)
	}
}

func (p *Pen) cell(s string) {
	var forms []string
	n, isInt := canonical(s)
	if isInt {
		forms = append(forms, "number")
	}
	x, isFloat := floatOf(s)
	if isFloat {
		forms = append(forms, "float")
	}
	if len(s) <= 7 {
		forms = append(forms, "short")
	}
	switch p.choose("array element", append(forms, "string")...) {
	case "number":
		p.Len(tagInt)
		p.Ms(n)
	case "float":
		p.Len(tagFloat)
		p.Double(x)
	case "short":
		p.Len(tagShort)
		p.Str(s)
	case "string":
		p.Len(tagLong)
		p.Str(s)
	}
}

// floatOf returns the number that s is the text of: shortest digits without an
// exponent, with ".0" where there is no point.
func floatOf(s string) (x float64, ok bool) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(x) >= 1e6 || x != 0 && math.Abs(x) < 1e-3 {
		return 0, false
	}
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if x == math.Trunc(x) {
		text += ".0"
	}
	return x, text == s
}
