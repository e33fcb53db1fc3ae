package fsmlayout

import (
	"fmt"
	"slices"
	"strings"

	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// The ranks of encodings: of several for one key, the lowest is the key.
const (
	rankString = iota
	rankHyperLogLog
	rankBare
	rankList
	rankHash
	rankSet
	rankZSet
	rankHashBlob
	rankSetBlob
	rankZSetBlob
	rankStream
	rankStreamBlob
)

// encoding is one encoding of a key: its rows, and what it says if it wins.
type encoding struct {
	rank  int
	value keyspace.Value
	rows  []fsmtest.Row
	below bool // rows holds an encoding of the same type that this one hides
	notes []keyspace.Note
	lost  bool // no element, though the stored length promises some
	loose int  // visible elements that no row of rows hides or holds
	// own says that the row of a string or HyperLogLog in the current form
	// decides about the expire time; ownMs is the decision, nil is none.
	own   bool
	ownMs *uint64
	// inlineMs is the expire time in a meta row that has room for one; nil is
	// no such row, 0 is explicitly none.
	inlineMs *uint64
}

// types draws the types of a key's encodings: mostly one, sometimes two or
// three.
func (b *builder) types() []keyspace.Type {
	drawn := []keyspace.Type{rapid.SampledFrom(types[:]).Draw(b.T, "type")}
	for b.OneIn(8, "another encoding") {
		other := rapid.SampledFrom(types[:]).Draw(b.T, "other type")
		if !slices.Contains(drawn, other) {
			drawn = append(drawn, other)
			b.Feature("key in several encodings")
		}
	}
	return drawn
}

// key draws one key with an encoding of each of the types, sometimes deleted.
func (b *builder) key(name string, types []keyspace.Type) {
	var encodings []encoding
	for _, typ := range types {
		encodings = append(encodings, b.encoding(name, typ))
	}
	var index *uint64
	if b.OneIn(3, "ttl row") {
		ms := b.ExpireMs()
		index = &ms
	}
	if b.OneIn(10, "deleted") {
		b.deleted(name, encodings, index)
		return
	}
	for _, e := range encodings {
		for _, row := range e.rows {
			if !b.live(row) {
				b.T.Fatalf("row %q drawn twice", row.Key)
			}
		}
	}
	if index != nil {
		b.live(fsmtest.TTL(name, *index))
	} else if b.OneIn(4, "deleted ttl row") {
		b.Feature("expiry deleted in the index")
		b.ghost(fsmtest.TTL(name, b.ExpireMs()))
	}
	b.ghosts(name)
	b.resolve(name, encodings, index)
}

// deleted hides every row of the key; a TTL row may stay.
func (b *builder) deleted(name string, encodings []encoding, index *uint64) {
	for _, e := range encodings {
		b.Feature(fmt.Sprint(e.value.Type(), " deleted"))
		if e.loose > 0 {
			b.loose = append(b.loose, looseRows{name, e.value.Type(), e.loose})
		}
		for _, row := range e.rows {
			b.ghost(row)
		}
	}
	if index != nil && b.noise(fsmtest.TTL(name, *index)) {
		b.Feature("row index of no key")
		b.s.Counts[keyspace.NoteOrphanTTL]++
	}
}

// ghosts adds deleted rows of the key in families that it may not even have,
// as deleting a key does, and fences.
func (b *builder) ghosts(name string) {
	if b.OneIn(4, "deleted metas") {
		b.Feature("key with deleted rows of other types")
		b.ghost(fsmtest.List(name).Meta32(0, 1, 1, 1))
		b.ghost(fsmtest.Hash(name).Meta16(1, 1))
		b.ghost(fsmtest.Set(name).Meta16(1, 1))
		b.ghost(fsmtest.ZSet(name).Meta8(1))
		b.ghost(fsmtest.String(name).Row("gone"))
		b.ghost(fsmtest.HyperLogLog(name).Row("gone"))
	}
	if b.OneIn(3, "fences") {
		b.fences(name)
	}
}

// fences adds the conflict fences of a name.
func (b *builder) fences(name string) {
	b.Feature("row fence")
	b.fenced[name] = true
	for _, row := range fsmtest.Fences(name) {
		b.noise(row)
	}
}

// resolve decides what the encodings amount to: by rank, and for the expire
// time by its own order, which looks at the meta rows of every encoding.
func (b *builder) resolve(name string, encodings []encoding, index *uint64) {
	slices.SortFunc(encodings, func(a, b encoding) int { return a.rank - b.rank })
	winner := encodings[0]
	for i := range winner.notes {
		winner.notes[i].Name, winner.notes[i].Type = name, winner.value.Type()
	}
	b.s.Notes = append(b.s.Notes, winner.notes...)
	b.shadowed(name, encodings)
	if winner.empty() && winner.lost {
		b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: keyspace.NoteUnreadable, Name: name, Type: winner.value.Type()})
		b.Feature(fmt.Sprint(winner.value.Type(), " without its elements"))
		return
	}
	if winner.empty() {
		b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: keyspace.NoteEmpty, Name: name, Type: winner.value.Type()})
		b.Feature(fmt.Sprint(winner.value.Type(), " empty"))
		return
	}
	d := decide(encodings, index)
	k := keyspace.Key{Name: name, ExpireAt: d.expireAt(), Value: winner.value}
	b.expiry(d, winner.value.Type(), index)
	b.Contents(k)
	if k.Value.Type() == keyspace.TypeList && strings.HasPrefix(name, "d|") {
		b.Feature("list named like a delta")
	}
	if looksInternal(name) || strings.HasPrefix(name, "_meta_") {
		b.Feature("name of an internal row")
	}
	b.s.Keys = append(b.s.Keys, k)
}

// shadowed notes the types of the encodings that the first one hides, or that
// an encoding of the same type hides in it.
func (b *builder) shadowed(name string, encodings []encoding) {
	noted := map[keyspace.Type]bool{}
	for i, e := range encodings {
		if i > 0 {
			b.Feature(fmt.Sprint(e.value.Type(), " hidden by another encoding"))
		}
		if t := e.value.Type(); (i > 0 || e.below) && !noted[t] {
			noted[t] = true
			b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: keyspace.NoteShadowed, Name: name, Type: t})
		}
	}
}

// empty reports whether the value is a key that Redis does not have.
func (e encoding) empty() bool {
	switch v := e.value.(type) {
	case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet:
		return v.Len() == 0
	case keyspace.String, keyspace.Stream, keyspace.HyperLogLog:
	case keyspace.Array, keyspace.Opaque:
	}
	return false
}

// encoding draws an encoding of the given type.
func (b *builder) encoding(name string, t keyspace.Type) encoding {
	switch t {
	case keyspace.TypeString:
		return b.drawString(name)
	case keyspace.TypeHash:
		return b.drawHash(name)
	case keyspace.TypeList:
		return b.drawList(name)
	case keyspace.TypeSet:
		return b.drawSet(name)
	case keyspace.TypeZSet:
		return b.drawZSet(name)
	case keyspace.TypeStream:
		return b.drawStream(name)
	case keyspace.TypeHyperLogLog:
		return b.drawHyperLogLog(name)
	case keyspace.TypeArray, keyspace.TypeOpaque:
	}
	return encoding{}
}

// layoutRows returns the rows of a value in a layout, without a TTL row. In
// layouts with room for it the meta row gets a drawn expire time, or none.
func (b *builder) layoutRows(name string, v keyspace.Value, l fsmtest.Layout, inlineBytes int) (rows []fsmtest.Row, inlineMs *uint64) {
	l.NoTTL = true
	b.Feature(layoutFeature(v.Type(), l))
	k := keyspace.Key{Name: name, Value: v}
	if l.MetaBytes >= inlineBytes {
		inlineMs = new(uint64)
		if b.OneIn(2, "inline expire time") {
			*inlineMs = b.ExpireMs()
		}
		if *inlineMs != 0 {
			k.ExpireAt, l.RawExpireMs = gen.ExpireAt(*inlineMs), *inlineMs
		}
	}
	rows, err := l.Rows(k)
	if err != nil {
		b.T.Fatal(err)
	}
	return rows, inlineMs
}
