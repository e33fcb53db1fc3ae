package fsmlayout

import (
	"slices"

	"redrill/fuzz/fsmtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// brokenKey draws a key with one row that cannot be read, so that the whole key
// cannot.
func (b *builder) brokenKey(name string) {
	t := rapid.SampledFrom(types[:]).Draw(b.T, "broken type")
	rows := rapid.SampledFrom(brokenRows(name, t)).Draw(b.T, "broken")
	b.Feature(t.String() + " broken")
	for _, row := range rows {
		b.live(row)
	}
	if b.OneIn(3, "fences") {
		b.fences(name)
	}
	b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: keyspace.NoteUnreadable, Name: name, Type: t})
}

// brokenRows returns, for a type, sets of rows that each make an unreadable key.
func brokenRows(name string, t keyspace.Type) [][]fsmtest.Row {
	cut := fsmtest.TTL(name, 1)
	cut.Body = cut.Body[:7]
	switch t {
	case keyspace.TypeString:
		return bodies(fsmtest.String(name).Legacy(""), nil, "\xff\x01", "\xff\x01\x01", "\xff\x01\x011234567")
	case keyspace.TypeHyperLogLog:
		return bodies(fsmtest.HyperLogLog(name).Legacy(), nil, "\xff\x02", "\xff\x02\x011234567", "\x00RX\x01", "\x00RS\x01\x0a\x05a", "x")
	case keyspace.TypeHash:
		k := fsmtest.Hash(name)
		rows := []fsmtest.Row{k.Field("f", "v")}
		return slices.Concat(
			bodies(k.Meta8(1), rows, "", "1234567", "123456789", "123456789012345678901234"),
			bodies(k.Delta(1, 1, 1), rows, "", "1234567", "123456789"),
			bodies(k.Blob(), nil, "\x00RS\x01", "\x00RH", "\x00RH\x01\x0a\x05a"),
			[][]fsmtest.Row{append(rows, cut)},
		)
	case keyspace.TypeSet:
		k := fsmtest.Set(name)
		rows := []fsmtest.Row{k.Member("m")}
		return slices.Concat(
			bodies(k.Meta8(1), rows, "", "1234567", "12345678901234567"),
			bodies(k.Delta(1, 1, 1), rows, "", "1234567"),
			bodies(k.Blob(), nil, "\x00RH\x01", "\x00", "\x00RS\x01\x0a\x05a"),
			[][]fsmtest.Row{append(rows, cut)},
		)
	case keyspace.TypeZSet:
		k := fsmtest.ZSet(name)
		rows := []fsmtest.Row{k.Member("m", 1)}
		return slices.Concat(
			bodies(k.Meta8(1), rows, "", "1234567"),
			bodies(k.Delta(1, 1, 1), rows, "", "1234567"),
			bodies(k.Member("n", 1), rows, "", "1234567", "123456789"),
			bodies(k.Blob(), nil, "\x00RS\x01", "\x00RZ\x01\x0a\x05a", "\x00RZ\x01\x0a\x02\x11a"),
			[][]fsmtest.Row{append(rows, cut)},
		)
	case keyspace.TypeList:
		return brokenList(fsmtest.List(name), cut)
	case keyspace.TypeStream:
		return brokenStream(fsmtest.Stream(name), cut)
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return nil
}

func brokenList(k fsmtest.List, cut fsmtest.Row) [][]fsmtest.Row {
	rows := []fsmtest.Row{k.Item(0, "a")}
	sets := bodies(k.Delta(1, 1, 0, 1), rows, "", "12345678", "123456789012345")
	sets = append(sets, bodies(k.NewDelta(1, 1, 0, 1), rows, "", "12345678", "123456789012345678901234")...)
	for _, meta := range []fsmtest.Row{
		k.Meta24(0, 2, 1), k.Meta24(0, -1, -1), k.Meta32(1<<62, -1<<62, 1<<62, 0), k.Meta32(1<<63-1, -1<<63, 1, 0),
	} {
		sets = append(sets, append(rows[:1:1], meta))
	}
	return append(sets, append(rows[:1:1], k.Meta24(0, 1, 1), cut))
}

func brokenStream(k fsmtest.Stream, cut fsmtest.Row) [][]fsmtest.Row {
	id := keyspace.ID{Ms: 1}
	entry := k.Entry(keyspace.Entry{ID: id, Pairs: []keyspace.Pair{{Field: "f", Value: "v"}}})
	meta := k.Meta48(1, id, 0, keyspace.ID{})
	return slices.Concat(
		bodies(meta, []fsmtest.Row{entry}, "", "12345678", "1234567890123456789012345678901234567890"),
		[][]fsmtest.Row{{entry, k.Meta24(-1, id)}, {entry, k.Meta24(1, id), cut}},
		bodies(entry, []fsmtest.Row{meta}, "", "\x00RX\x01", "\x00RXE\x02", "\x00RXE\x01\x12\x05a"),
		bodies(k.Blob(), nil, "\x00RS\x01", "\x00RX\x01\x0a\x05a"),
	)
}

// bodies returns, for each body, the given rows and one more with that body.
func bodies(row fsmtest.Row, rows []fsmtest.Row, bodies ...string) [][]fsmtest.Row {
	sets := make([][]fsmtest.Row, 0, len(bodies))
	for _, body := range bodies {
		sets = append(sets, append(rows[:len(rows):len(rows)], fsmtest.Row{Key: row.Key, Body: []byte(body)}))
	}
	return sets
}
