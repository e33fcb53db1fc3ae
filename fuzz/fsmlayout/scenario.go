package fsmlayout

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"redrill/fuzz/fsmtest"
	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/keyspace"

	"pgregory.net/rapid"
)

// draw draws a scenario.
func draw(t *rapid.T, shape gen.Shape) layout.Scenario {
	b := &builder{
		Drawer: gen.Drawer{T: t, Shape: shape, Databases: 1, Features: map[string]int{}},
		used:   map[string]bool{}, fenced: map[string]bool{}, s: layout.Scenario{Counts: keyspace.Tally{}},
	}
	b.Longer = b.between
	b.base = rapid.SampledFrom([]uint64{gen.PastMs << 16, 1}).Draw(t, "base timestamp")
	for range rapid.IntRange(shape.Keys()).Draw(t, "keys") {
		_, name := b.Place()
		if b.OneIn(12, "broken") {
			b.unless(func() { b.brokenKey(name) })
			continue
		}
		types := b.types()
		b.unless(func() { b.key(name, types) })
		if b.OneIn(4, "neighbour") {
			neighbour := b.Unused(0, name+b.extension(types))
			b.unless(func() { b.key(neighbour, types) })
		}
	}
	b.otherRows()
	b.container()
	b.detached()
	b.s.Snapshot, b.s.Features, b.s.Drawn = b.file, b.Features, b.Drawn
	slices.SortFunc(b.s.Keys, keyspace.CompareKeys)
	slices.SortStableFunc(b.s.Notes, func(a, b keyspace.Note) int { return strings.Compare(a.Name, b.Name) })
	return b.s
}

// builder collects a scenario.
type builder struct {
	gen.Drawer
	s    layout.Scenario
	file snapshot
	base uint64          // HLC of the oldest version
	used map[string]bool // storage keys
	head int64           // of the last list

	loose   []looseRows     // of deleted keys
	fenced  map[string]bool // names with a visible fence
	grouped bool            // there is a row that only a store of several groups has
}

// looseRows are the visible elements of a key that has no other row.
type looseRows struct {
	name string
	typ  keyspace.Type
	n    int
}

// detached counts the visible elements of deleted keys that are taken for those
// of a key in another file: where a fence says that commands wrote the list, or
// where the file is one of several groups.
func (b *builder) detached() {
	for _, l := range b.loose {
		if b.grouped || l.typ == keyspace.TypeList && b.fenced[l.name] {
			b.Feature("row detached")
			b.s.Counts[keyspace.NoteDetached] += int64(l.n)
		}
	}
}

// versions is how many commit timestamps a scenario has.
const versions = 6

// ts returns the i-th commit timestamp. Their complements differ in one byte,
// so that names can be made to sort between two versions.
func (b *builder) ts(i int) uint64 { return b.base + uint64(i)<<16 }

// unless draws a key, and takes back what was drawn if the shape is without it.
func (b *builder) unless(draw func()) {
	before, file, features, counts, loose := b.s, b.file, b.Features, maps.Clone(b.s.Counts), b.loose
	if b.Shape.Complete {
		features = maps.Clone(b.Features)
	}
	draw()
	incomplete := b.Shape.Complete && slices.ContainsFunc(b.s.Notes[len(before.Notes):], isLoss)
	if b.Omitted() || incomplete {
		b.file.records, b.file.noise, b.s.Keys, b.s.Notes = file.records, file.noise, before.Keys, before.Notes
		b.s.Counts, b.Features, b.loose = counts, features, loose
	}
	b.Drawn++
}

// isLoss reports whether a note says that something of a key is lost.
func isLoss(n keyspace.Note) bool {
	return n.Kind == keyspace.NoteUnreadable || n.Kind == keyspace.NoteUnrepresentable
}

// extension draws bytes that put a longer name between the rows of a shorter
// one of the same types: between two versions, or among the items of a list.
func (b *builder) extension(types []keyspace.Type) string {
	if slices.Contains(types, keyspace.TypeList) && b.OneIn(2, "like a sequence number") {
		b.Feature("name among list items")
		seq := b.head + int64(rapid.IntRange(-1, 5).Draw(b.T, "seq"))
		return string(binary.BigEndian.AppendUint64(nil, uint64(seq)^1<<63))
	}
	return b.between()
}

// between draws bytes that put a longer storage key between two versions of a
// shorter one. The timestamps differ from their sixth byte on.
func (b *builder) between() string {
	b.Feature("name between versions")
	suffix := binary.BigEndian.AppendUint64(nil, ^b.ts(rapid.IntRange(0, versions-1).Draw(b.T, "like version")))
	return string(suffix[:rapid.IntRange(1, 8).Draw(b.T, "length")])
}

// container draws what is around the records, once all of them are known.
func (b *builder) container() {
	c := fsmtest.Node(b.ts(versions - 1))
	wrapper := "container wrapper 1"
	switch rapid.IntRange(0, 4).Draw(b.T, "wrapper") {
	case 3:
		extra := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(b.T, "wrapper extra")
		c.Wrapper = fsmtest.Wrapper{Version: 2, CeilingMs: gen.PastMs, Cutover: 42, Extra: extra}
		wrapper = "container wrapper 2"
	case 4:
		c.Wrapper = fsmtest.Wrapper{}
		wrapper = "container without wrapper"
		c.NoFooter = b.OneIn(2, "no footer")
	}
	b.Feature(wrapper)
	if c.NoFooter {
		b.Feature("container without footer")
		b.s.Counts[keyspace.NoteUnprotected] = 1
	}
	if b.OneIn(4, "header behind") {
		c.LastCommitTS = b.ts(1)
		b.Feature("container header behind")
	}
	b.file.container = c
	if b.OneIn(4, "no operational rows") {
		b.Feature("container without operational rows")
	} else {
		b.file.noise = append(b.file.noise, fsmtest.MetaRecords(c.LastCommitTS, 7)...)
	}
	if b.OneIn(12, "migration state") {
		b.Feature("container migration state")
		b.grouped = true
		kept := rapid.SampledFrom(fsmtest.MigrationRecords(7, b.Bytes("migration value"))).Draw(b.T, "migration row")
		b.file.noise = append(b.file.noise, kept)
	}
	if b.OneIn(4, "writer registry") {
		b.Feature("container writer registry")
		node := rapid.SampledFrom([]uint64{1, 1 << 56, 2 << 56, 0xCB << 56}).Draw(b.T, "registry node")
		b.file.noise = append(b.file.noise, fsmtest.RegistryRecord(7, node, 1, 2))
	}
}

// live adds a row whose newest version is visible. It reports false when the
// storage key is taken.
func (b *builder) live(row fsmtest.Row) bool {
	if b.used[string(row.Key)] {
		return false
	}
	b.used[string(row.Key)] = true
	newest := rapid.IntRange(versions/2, versions-1).Draw(b.T, "version")
	r := row.At(b.ts(newest))
	if b.OneIn(16, "expires later") {
		// HLC, after every read: a chunk blob does not move the read timestamp.
		r.ExpireAt = rapid.SampledFrom([]uint64{1<<64 - 1, b.ts(versions-1) + 1}).Draw(b.T, "version expires")
		b.Feature("version expires later")
	}
	b.file.records = append(b.file.records, r)
	if b.older(row, newest) {
		b.Feature("version re-created")
	}
	return true
}

// ghost adds a row that is not visible: a tombstone, or an expired version,
// with or without what it hides.
func (b *builder) ghost(row fsmtest.Row) {
	if b.used[string(row.Key)] {
		return
	}
	b.used[string(row.Key)] = true
	newest := rapid.IntRange(versions/2, versions-1).Draw(b.T, "version")
	r := row.DeletedAt(b.ts(newest))
	switch rapid.IntRange(0, 3).Draw(b.T, "ghost") {
	case 0, 1:
		b.Feature("version deleted")
	case 2:
		r.Body = row.Body // the body of a tombstone is ignored
		b.Feature("version deleted with a body")
	case 3:
		r = row.At(b.ts(newest))
		r.ExpireAt = 1 // HLC, before every read
		b.Feature("version expired")
	}
	b.file.noise = append(b.file.noise, r)
	b.older(row, newest)
}

// older adds versions of the row below the newest one. It reports whether one
// of them is a tombstone.
func (b *builder) older(row fsmtest.Row, newest int) (deleted bool) {
	for i := newest - 1; i >= 0 && b.OneIn(3, "older version"); i -= 2 {
		r := row.At(b.ts(i))
		switch rapid.IntRange(0, 5).Draw(b.T, "older") {
		case 4:
			if b.OneIn(32, "large") {
				r.Body = make([]byte, 70_000) // more than a block of any index
				b.Feature("version older of 70 kB")
			}
		case 1:
			r.Body = []byte(b.Bytes("older body"))
		case 2:
			r, deleted = row.DeletedAt(b.ts(i)), true
		case 3:
			r.ExpireAt = 1
		}
		b.file.noise = append(b.file.noise, r)
		b.Feature("version older")
	}
	return deleted
}

// noise adds a visible row that belongs to no key.
func (b *builder) noise(row fsmtest.Row) bool {
	if b.used[string(row.Key)] {
		return false
	}
	b.used[string(row.Key)] = true
	b.file.noise = append(b.file.noise, row.At(b.ts(rapid.IntRange(0, versions-1).Draw(b.T, "version"))))
	return true
}

// unknownRow draws a row of one of the families, which nobody knows.
func (b *builder) unknownRow(families []string, tail, feature string, kind keyspace.NoteKind) {
	prefix := rapid.SampledFrom(families).Draw(b.T, "unknown family")
	if b.noise(fsmtest.OtherRow(prefix, tail, b.Bytes("other body"))) {
		b.Feature(feature)
		b.s.Counts[kind]++
	}
}

// otherRows draws rows of no key.
func (b *builder) otherRows() {
	for range rapid.IntRange(0, 4).Draw(b.T, "other rows") {
		tail := b.Bytes("other tail")
		switch rapid.IntRange(0, 7).Draw(b.T, "other kind") {
		case 7:
			staged := rapid.SampledFrom([]fsmtest.Row{
				fsmtest.String(tail).Row("moved"), fsmtest.List(tail).NewDelta(1, 1, 0, 1), fsmtest.String("moved").Bare("moved"),
			}).Draw(b.T, "staged")
			if b.noise(fsmtest.Staged(7, staged)) {
				b.grouped = true
				b.Feature("row staged")
				b.s.Counts[keyspace.NoteUnresolved]++
			}
		case 6:
			b.unknownRow(fsmtest.UnknownRedisFamilies(), tail, "row of an unknown family of Redis", keyspace.NoteUnknownRedis)
		case 5:
			row := fsmtest.OtherRow("!s3|chunkblob|late", tail, "chunk")
			b.file.noise = append(b.file.noise, row.At(b.ts(versions+len(b.file.noise))))
			b.Feature("row late chunk blob")
		case 0:
			prefix := rapid.SampledFrom(fsmtest.OtherFamilies()).Draw(b.T, "family")
			if b.noise(fsmtest.OtherRow(prefix, tail, b.Bytes("other body"))) {
				b.Feature("row of another service")
				b.grouped = b.grouped || slices.Contains(fsmtest.GroupFamilies(), prefix)
			}
		case 1:
			b.unknownRow(fsmtest.UnknownFamilies(), tail, "row of an unknown family", keyspace.NoteUnknown)
		case 2:
			target := fsmtest.String(tail).Row("").Key
			if b.noise(fsmtest.TxnLock(target, target, b.ts(0), b.ts(1))) {
				b.grouped = true
				b.Feature("row locked")
				b.s.Counts[keyspace.NoteUnresolved]++
			}
			b.grouped = b.noise(fsmtest.TxnIntent(target, b.ts(0), []byte("\xff\x01\x00intent"))) || b.grouped
		case 3:
			if !b.Taken(0, tail) && b.noise(fsmtest.TTL(tail, b.ExpireMs())) {
				b.Feature("row index of no key")
				b.s.Counts[keyspace.NoteOrphanTTL]++
			}
		case 4:
			b.fences(tail)
		}
	}
}
