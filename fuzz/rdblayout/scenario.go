package rdblayout

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"

	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/fuzz/rdbtest"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// draw draws a scenario.
func draw(t *rapid.T, shape gen.Shape, loads int) layout.Scenario {
	b := &builder{
		loads:  loads,
		Drawer: gen.Drawer{T: t, Shape: shape, Features: map[string]int{}},
		s:      layout.Scenario{Counts: keyspace.Tally{}},
	}
	for i := range b.seed { // one number would be a small one more often than not
		b.seed[i] = rapid.Uint64().Draw(t, "seed")
	}
	b.seeded("file", "")
	b.file.family, b.file.version = b.kind()
	b.Databases = rapid.SampledFrom([]int{1, 2, 16}).Draw(t, "databases")
	for range rapid.IntRange(shape.Keys()).Draw(t, "keys") {
		db, name := b.Place()
		typ := rapid.SampledFrom(b.types()).Draw(t, "type")
		b.unless(func() {
			b.seeded("key", name)
			if b.loads == 0 && b.oneIn(5) {
				b.brokenKey(db, name)
				return
			}
			b.key(db, name, typ)
		})
	}
	b.seeded("arrangement", "")
	b.arrange()
	b.s.Snapshot, b.s.Features, b.s.Drawn = b.file, b.Features, b.Drawn
	slices.SortFunc(b.s.Keys, keyspace.CompareKeys)
	slices.SortStableFunc(b.s.Notes, func(a, b keyspace.Note) int {
		return keyspace.CompareKeys(keyspace.Key{DB: a.DB, Name: a.Name}, keyspace.Key{DB: b.DB, Name: b.Name})
	})
	return b.s
}

// builder collects a scenario.
type builder struct {
	gen.Drawer
	s    layout.Scenario
	file snapshot
	keys []stored
	// r decides what does not change what a key is: drawing each such choice would
	// take most of the time.
	r         *rand.Rand
	seed      [3]uint64 // of all of r
	templates []template
	loads     int // see [Layout]
}

// stored is a key as it stands in the file.
type stored struct {
	db         int
	attributes []piece
	value      []byte // type, name, value
}

// seeded begins the choices of a part of the scenario, which depend on no other part.
func (b *builder) seeded(what, name string) {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, what, len(name), name, b.seed, b.Drawn) // A hash takes everything.
	b.r = rand.New(rand.NewPCG(h.Sum64(), 0))
}

// oneIn is true once in n times.
func (b *builder) oneIn(n int) bool { return b.r.IntN(n) == 0 }

// pen returns a pen with forms of all kinds, each of which is a feature.
func (b *builder) pen() *rdbtest.Pen {
	return &rdbtest.Pen{Version: b.file.version, Choose: b.choose}
}

// choose picks the form of a server in two of three cases.
func (b *builder) choose(of string, among []string) (i int) {
	if b.oneIn(3) {
		i = b.r.IntN(len(among))
	}
	if b.loads != 0 && of == "listpack backlen at a boundary" {
		i = len(among) - 1 // servers read only their own width
	}
	b.Feature(of + ": " + among[i])
	return i
}

// among picks one of several, all alike.
func among[E any](b *builder, all ...E) E { return all[b.r.IntN(len(all))] }

// kind draws family and version.
func (b *builder) kind() (rdbtest.Family, int) {
	family, version := rdbtest.Redis, rapid.SampledFrom(versions).Draw(b.T, "version")
	if b.loads != 0 {
		version = min(version, b.loads)
	}
	if version == 80 {
		family = rdbtest.Valkey
	}
	b.Feature(versionFeature(version))
	return family, version
}

// redis reports whether the file is of a version of Redis from the given one on.
func (b *builder) redis(from int) bool {
	return b.file.family == rdbtest.Redis && b.file.version >= from
}

// wide reports whether lengths have up to 64 bits.
func (b *builder) wide() bool { return b.file.version >= 8 }

// types are those that files of the family and version have.
func (b *builder) types() []keyspace.Type {
	types := []keyspace.Type{keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet, keyspace.TypeZSet}
	if b.wide() {
		types = append(types, keyspace.TypeStream, keyspace.TypeStream)
		if b.loads == 0 {
			types = append(types, keyspace.TypeOpaque)
		}
	}
	if b.file.family == rdbtest.Valkey || b.redis(12) {
		types = append(types, keyspace.TypeHash)
	}
	if b.redis(14) {
		types = append(types, keyspace.TypeArray)
	}
	if b.redis(15) {
		types = append(types, keyspace.TypeHash)
	}
	return types
}

// unless draws a key, and takes back what was drawn if the shape is without it.
func (b *builder) unless(draw func()) {
	before, keys, templates := b.s, b.keys, b.templates
	features, counts, file := maps.Clone(b.Features), maps.Clone(b.s.Counts), b.file
	draw()
	incomplete := b.Shape.Complete && slices.ContainsFunc(b.s.Notes[len(before.Notes):], func(n keyspace.Note) bool {
		return n.Kind == keyspace.NoteUnreadable || n.Kind == keyspace.NoteUnrepresentable
	})
	if b.Omitted() || incomplete {
		b.s.Keys, b.s.Notes, b.s.Counts = before.Keys, before.Notes, counts
		b.keys, b.templates, b.Features, b.file = keys, templates, features, file
	}
	b.Drawn++
}

// key draws one key.
func (b *builder) key(db int, name string, t keyspace.Type) {
	k := keyspace.Key{DB: db, Name: name}
	var attributes []piece
	attributes, k.ExpireAt = b.attributes()
	p := b.pen()
	k.Value = b.value(p, &k, t)
	b.keys = append(b.keys, stored{db, attributes, p.Bytes()})
	if isEmpty(k.Value) {
		b.Feature(t.String() + " empty")
		b.note(k, keyspace.NoteEmpty)
		return
	}
	b.Contents(k)
	b.s.Keys = append(b.s.Keys, k)
}

// value draws a value, and writes it with type and name.
func (b *builder) value(p *rdbtest.Pen, k *keyspace.Key, t keyspace.Type) keyspace.Value {
	switch t {
	case keyspace.TypeString:
		return b.drawString(p, k.Name)
	case keyspace.TypeHash:
		return b.drawHash(p, k.Name)
	case keyspace.TypeList:
		return b.drawList(p, k.Name)
	case keyspace.TypeSet:
		return b.drawSet(p, k.Name)
	case keyspace.TypeZSet:
		return b.drawZSet(p, k.Name)
	case keyspace.TypeStream:
		return b.drawStream(p, k)
	case keyspace.TypeArray:
		return b.drawArray(p, k)
	case keyspace.TypeOpaque:
		return b.drawOpaque(p, k.Name)
	case keyspace.TypeHyperLogLog: // a string in this format
	}
	return nil
}

// begin writes what stands before a value.
func (b *builder) begin(p *rdbtest.Pen, typ byte, name string) {
	b.Feature(b.typeFeature(typ))
	if typ >= firstOfFamily || typ == moduleType {
		b.file.particular = true
	}
	p.Raw(typ)
	p.Str(name)
}

// note expects a note about the key.
func (b *builder) note(k keyspace.Key, kind keyspace.NoteKind) {
	b.s.Notes = append(b.s.Notes, keyspace.Note{Kind: kind, DB: k.DB, Name: k.Name, Type: k.Value.Type()})
}

// isEmpty reports whether a value is a collection without elements.
func isEmpty(v keyspace.Value) bool {
	switch v := v.(type) {
	case keyspace.Hash, keyspace.List, keyspace.Set, keyspace.ZSet, keyspace.Array:
		return v.Len() == 0
	case keyspace.String, keyspace.Stream, keyspace.HyperLogLog, keyspace.Opaque:
	}
	return false
}
